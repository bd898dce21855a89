#include "models/kernels/direct_kernels.hpp"

#include "models/kernels/vector_units.hpp"

namespace stormsweep {

extern const DirectKernels direct_kernels_avx512, direct_kernels_avx2, direct_kernels_neon;

const DirectKernels* direct_kernels() {
  switch (vector_units()) {
#ifdef __x86_64__
    case VectorUnits::avx512:
      return &direct_kernels_avx512;
    case VectorUnits::avx2:
      return &direct_kernels_avx2;
#elif defined(__aarch64__)
    case VectorUnits::neon:
      return &direct_kernels_neon;
#endif
    default:
      return nullptr;
  }
}

}  // namespace stormsweep
