#pragma once

namespace stormsweep {

/// The vector units of this processor for which kernels are compiled, the widest.
enum class VectorUnits { none, neon, avx2, avx512 };
VectorUnits vector_units();

}  // namespace stormsweep
