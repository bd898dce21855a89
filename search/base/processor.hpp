#pragma once

#include <filesystem>
#include <string>

namespace stormsweep {

/// What decides the bits that are computed here: the processor's model, the vector and matrix units in use, for a
/// virtual machine's model is a generic one, and the variables that hold libraries to narrower units, where they are
/// set: "Intel(R) Xeon(R) Processor, AVX-512, BF16, AMX (DNNL_MAX_CPU_ISA=AVX2)".
std::string processor_in_use(const std::filesystem::path& cpuinfo = "/proc/cpuinfo");

/// Whether this processor multiplies bfloat16 numbers faster than those of float32, and oneDNN may do so: where the
/// variable DNNL_MAX_CPU_ISA holds it to AVX2, it has no such products, and where to AVX-512 alone, slow ones.
bool gains_from_bfloat16(const std::filesystem::path& cpuinfo = "/proc/cpuinfo");

}  // namespace stormsweep
