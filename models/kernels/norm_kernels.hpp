#pragma once

#include <cstdint>

namespace stormsweep {

/// Batch norm and the ReLU behind it, and sums and scaling of channels, written out for the vector units of a
/// processor. A map that lies channels last is seen as rows of `columns` numbers, a multiple of its channels and of
/// `step`; per-channel values come as such a row, too, repeated. Used by models/kernels/rectified_norm and
/// squeeze_excitation.
struct NormRows {
  std::int64_t count, columns;
};

/// Of each column: number * scale + shift.
struct NormLine {
  const float *scale, *shift;
};

/// Of each column, on the way back: gradient = scale * (slope where the result is positive) + tilt * (number - mean) +
/// level.
struct NormSlopeLine {
  NormLine line;
  const float *mean, *tilt, *level;
};

/// Number: float, or the 16 bits of a bfloat16.
template <class Number>
struct NormKernelsOf {
  /// Of each column, the sum of its numbers, and that of the squares of their distances from their mean.
  void (*moments)(const NormRows&, const Number* map, float* sums, float* squares);
  /// result = ReLU(the line).
  void (*activate)(const NormRows&, const Number* map, const NormLine&, Number* result);
  /// Of each column, sums of the slopes where the result is positive, and of these times the distance from the mean.
  void (*weigh)(const NormRows&, const Number* map, const Number* slope, const NormLine&, const float* mean,
                float* sums, float* products);
  void (*turn_back)(const NormRows&, const Number* map, const Number* slope, const NormSlopeLine&, Number* gradient);
  /// Of each column, the sum of its numbers; of their products with those of `slope`.
  void (*sums)(const NormRows&, const Number* map, float* sums);
  void (*products)(const NormRows&, const Number* map, const Number* slope, float* sums);
  /// result = the line.
  void (*scale)(const NormRows&, const Number* map, const NormLine&, Number* result);
};

struct NormKernels {
  std::int64_t step;
  NormKernelsOf<float> exact;
  NormKernelsOf<std::uint16_t> rounded;
};

/// Null where the processor has no vector units for which they are compiled.
const NormKernels* norm_kernels();

}  // namespace stormsweep
