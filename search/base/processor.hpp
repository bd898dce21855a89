#pragma once

#include <filesystem>
#include <string>

namespace stormsweep {

/// What decides the bits that are computed here: the processor's model, its vector and matrix units, for a virtual
/// machine's model is a generic one, and the variables that hold libraries to narrower units, where they are set:
/// "Intel(R) Xeon(R) Processor, AVX-512, BF16, AMX (DNNL_MAX_CPU_ISA=AVX2)".
std::string processor_in_use(const std::filesystem::path& cpuinfo = "/proc/cpuinfo");

/// Whether this processor has instructions for products of bfloat16 numbers, and oneDNN may use them: where the
/// variable DNNL_MAX_CPU_ISA holds it to AVX2, it has no such products, and where to AVX-512 alone, slow ones.
bool has_bfloat16_instructions();

}  // namespace stormsweep
