#include "models/kernels/vector_units.hpp"

namespace stormsweep {

VectorUnits vector_units() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) return VectorUnits::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return VectorUnits::avx2;
#elif defined(__aarch64__)
  return VectorUnits::neon;
#endif
  return VectorUnits::none;
}

}  // namespace stormsweep
