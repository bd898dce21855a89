#include "models/kernels/tornado_kernels.hpp"

namespace stormsweep {

const TornadoKernels* tornado_kernels() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) return &tornado_kernels_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &tornado_kernels_avx2;
#endif
  return nullptr;
}

}  // namespace stormsweep
