#include "models/kernels/winograd_kernels.hpp"

namespace stormsweep {

extern const WinogradKernels winograd_kernels_avx2;

const WinogradKernels* winograd_kernels() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &winograd_kernels_avx2;
#endif
  return nullptr;
}

}  // namespace stormsweep
