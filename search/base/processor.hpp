#pragma once

#include <filesystem>
#include <string>

namespace stormsweep {

/// What decides the bits that are computed here: the processor's model, its vector and matrix units, for a virtual
/// machine's model is a generic one, and the variables that hold libraries to narrower units, where they are set:
/// "Intel(R) Xeon(R) Processor, AVX-512, BF16, AMX (DNNL_MAX_CPU_ISA=AVX2)".
std::string processor_in_use(const std::filesystem::path& cpuinfo = "/proc/cpuinfo");

/// Whether this processor has instructions for products of bfloat16 numbers.
inline bool has_bfloat16_instructions() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace stormsweep
