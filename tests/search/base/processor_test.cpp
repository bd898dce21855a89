#include "search/base/processor.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "search/base/machine.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("a processor is told with its vector units, and with what holds libraries to narrower ones") {
  const TemporaryFolder folder;
  const auto told = [&](const std::string& flags) {
    std::ofstream(folder / "cpuinfo") << "model name\t: Intel\nflags\t\t: fpu " << flags << "\nbugs\t: none\n";
    return processor_in_use(folder / "cpuinfo");
  };
  for (const char* name : {"ATEN_CPU_CAPABILITY", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "OPENBLAS_CORETYPE"})
    unsetenv(name);
  CHECK(processor_in_use(folder / "none") == cpu_model());
  CHECK(told("sse2 avx") == cpu_model());
  CHECK(told("avx avx2") == cpu_model() + ", AVX2");
  CHECK(told("avx2 avx512f avx512_bf16") == cpu_model() + ", AVX-512, BF16");
  setenv("ATEN_CPU_CAPABILITY", "avx2", 1), setenv("DNNL_MAX_CPU_ISA", "AVX2", 1);
  CHECK(told("avx2 avx512f avx512_bf16 amx_bf16") ==
        cpu_model() + ", AVX-512, BF16, AMX (ATEN_CPU_CAPABILITY=avx2, DNNL_MAX_CPU_ISA=AVX2)");
  unsetenv("ATEN_CPU_CAPABILITY"), unsetenv("DNNL_MAX_CPU_ISA");
}
