#include "search/base/processor.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "search/base/machine.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"
#include "tests/variable.hpp"

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

TEST_CASE("bfloat16 is for processors that have it, unless oneDNN is held to narrower units") {
  for (const char* name : {"DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA"}) unsetenv(name);
  const bool has = text_of("/proc/cpuinfo").find(" avx512_bf16") != std::string::npos;
  CHECK(has_bfloat16_instructions() == has);
  for (const char* units : {"AVX512_CORE_BF16", "avx512_core_amx", "ALL", "DEFAULT", ""}) {
    const test::Variable most("DNNL_MAX_CPU_ISA", units);
    CHECK(has_bfloat16_instructions() == has);
  }
  for (const char* units : {"AVX2", "avx512_core", "SSE41"}) {
    const test::Variable most("DNNL_MAX_CPU_ISA", units);
    CHECK_FALSE(has_bfloat16_instructions());
    const test::Variable first("ONEDNN_MAX_CPU_ISA", "ALL");
    CHECK(has_bfloat16_instructions() == has);
  }
}
