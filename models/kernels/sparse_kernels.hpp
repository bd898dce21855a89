#pragma once

#include <cstdint>

#include "models/kernels/sparse_draw.hpp"

namespace stormsweep {

/// ReLU and dropout (models/kernels/sparse_draw.hpp) of some numbers of a map, written out for the vector units of a
/// processor: `count` of them, the first of which is number `place` of the map. Numbers of 16 bits are bfloat16. Used
/// by models/kernels/sparse_activation.
struct SparseKernels {
  void (*exact)(const SparseDraw&, float* numbers, std::int64_t count, std::int64_t place);
  void (*rounded)(const SparseDraw&, std::uint16_t* numbers, std::int64_t count, std::int64_t place);
};

/// Null where the processor has no vector units for which they are compiled.
const SparseKernels* sparse_kernels();

}  // namespace stormsweep
