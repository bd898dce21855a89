#pragma once

namespace stormsweep {

/// The widest vector units of this processor for which kernels are compiled; no wider ones than LibTorch may use, which
/// the environment's ATEN_CPU_CAPABILITY tells (default, avx2 or avx512).
enum class VectorUnits { none, neon, avx2, avx512 };
VectorUnits vector_units();

}  // namespace stormsweep
