#include "search/base/processor.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "search/base/machine.hpp"
#include "tests/folder.hpp"
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

TEST_CASE("bfloat16 is for processors that gain from it, unless oneDNN is held to narrower units") {
  const TemporaryFolder folder;
  const auto gains = [&](const std::string& vendor, const std::string& flags) {
    std::ofstream(folder / "cpuinfo") << "vendor_id\t: " << vendor << "\nmodel name\t: m\nflags\t\t: fpu " << flags
                                      << '\n';
    return gains_from_bfloat16(folder / "cpuinfo");
  };
  for (const char* name : {"DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA"}) unsetenv(name);
  CHECK_FALSE(gains("AuthenticAMD", "avx2"));                                 // Zen 3
  CHECK_FALSE(gains("GenuineIntel", "avx512f"));                              // Cascade Lake
  CHECK(gains("GenuineIntel", "avx512f avx512_bf16"));                        // Cooper Lake
  CHECK(gains("AuthenticAMD", "avx512f avx512_bf16"));                        // Zen 4
  CHECK(gains("GenuineIntel", "avx512_bf16 amx_bf16 avx512_fp16 amx_tile"));  // Sapphire Rapids
  CHECK_FALSE(gains("GenuineIntel", "avx512_bf16 avx512_fp16"));              // a virtual machine of it
  CHECK(processor_in_use(folder / "cpuinfo") == cpu_model());
  CHECK_FALSE(gains_from_bfloat16(folder / "none"));
  const auto zen = [&] { return gains("AuthenticAMD", "avx512f avx512_bf16"); };
  for (const char* units : {"AVX512_CORE_BF16", "avx512_core_amx", "ALL", "DEFAULT", ""}) {
    const test::Variable most("DNNL_MAX_CPU_ISA", units);
    CHECK(zen());
  }
  for (const char* units : {"AVX2", "avx512_core", "SSE41"}) {
    const test::Variable most("DNNL_MAX_CPU_ISA", units);
    CHECK_FALSE(zen());
    const test::Variable first("ONEDNN_MAX_CPU_ISA", "ALL");
    CHECK(zen());
  }
}
