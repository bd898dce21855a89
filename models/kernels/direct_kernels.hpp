#pragma once

#include <cstdint>

namespace stormsweep {

/// Convolutions with few output channels, written out for the vector units of a processor: vectors run along a row of
/// pixels, so that maps stay as they are, a plane a channel, and no channel is made up to fill a vector. Used by
/// models/kernels/direct_convolution.
struct Planes {
  float* first;
  std::int64_t plane, row;  ///< floats from channel to channel, from row to row; pixels of a row follow each other
};

/// Of a valid convolution: `height` and `width` are the result's, `width` at least that of a vector.
struct DirectSizes {
  std::int64_t kernel, in, out, height, width;
};

/// What a result begins with. Where `bias` is null, what it already holds: the convolution alone is added.
struct DirectStart {
  const float* bias;
  Planes map;  ///< added to the bias where its `first` is not null
};

struct DirectKernels {
  std::int64_t block;  ///< output channels at once; of the rest half of that, and so on

  /// result = start + convolution of map, what is negative times `negative_slope`. `weights`: block after block of
  /// channels, each [in][kernel][kernel][channels of the block]. Kernels of 2 to 5 and 7.
  void (*convolve)(const DirectSizes&, Planes map, const float* weights, const DirectStart&, float negative_slope,
                   Planes result);
  /// Adds to `gradient` [out][in][kernel][kernel] that of the weights; `slope` is the gradient of the result.
  /// `workspace`: as many floats as the function of that name tells.
  void (*weigh)(const DirectSizes&, Planes map, Planes slope, float* workspace, float* gradient);
  std::int64_t (*workspace)(const DirectSizes&);
  /// Writes `width` gradients of sums before the activation, from those behind it and what it gave; returns their sum.
  float (*unactivate)(const float* slope, const float* activated, float negative_slope, std::int64_t width, float* to);
};

/// Null where the processor has no vector units for which they are compiled.
const DirectKernels* direct_kernels();

}  // namespace stormsweep
