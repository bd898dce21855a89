#include "models/kernels/winograd_kernels.hpp"

#include "models/kernels/vector_units.hpp"

namespace stormsweep {

extern const WinogradKernels winograd_kernels_avx512, winograd_kernels_avx2, winograd_kernels_neon;

const WinogradKernels* winograd_kernels() {
  switch (vector_units()) {
#ifdef __x86_64__
    case VectorUnits::avx512:
      return &winograd_kernels_avx512;
    case VectorUnits::avx2:
      return &winograd_kernels_avx2;
#elif defined(__aarch64__)
    case VectorUnits::neon:
      return &winograd_kernels_neon;
#endif
    default:
      return nullptr;
  }
}

}  // namespace stormsweep
