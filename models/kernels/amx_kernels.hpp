#pragma once

#include <cstdint>

namespace stormsweep {

/// Convolutions by the matrix units of Intel's processors (AMX): tiles of 16 rows of 32 bfloat16 numbers, whose
/// products are summed in float32. They are some ten times as fast as vector units. Used by
/// models/kernels/amx_convolution.
///
/// Numbers of 16 bits are bfloat16. A map is [height][width][channel] without gaps: the channels of all taps of a
/// kernel's row then follow each other, whatever their number, and a tile's rows are pixels side by side. What a tile
/// reads beyond the taps is multiplied by weights of 0, but must be finite: `slack` numbers follow a map.
struct AmxSizes {
  static constexpr std::int64_t block = 32;  ///< output channels, or input channels of a gradient, at once
  static constexpr std::int64_t depth = 32;  ///< products of a sum at once

  std::int64_t width, channels;        ///< of the map, with its margins
  std::int64_t out_height, out_width;  ///< of the result
  std::int64_t outs;                   ///< its channels
  std::int64_t kernel;
  std::int64_t row_length() const { return kernel * channels; }  ///< numbers of a kernel's row, side by side in the map
  std::int64_t chunks() const { return (row_length() + depth - 1) / depth; }  ///< of them, rounded up
  std::int64_t blocks() const { return (outs + block - 1) / block; }
  /// Numbers of the weights of a block: [row][chunk][2][16][16][2]: halves of the block, pairs of a chunk, outputs of
  /// the half, numbers of the pair.
  std::int64_t block_weights() const { return kernel * chunks() * block * depth; }
  /// Positions that are computed: pixels of the map, row after row, some of them not part of the result.
  std::int64_t positions() const { return (out_height - 1) * width + out_width; }
  std::int64_t slack() const { return 2 * block * channels + depth; }
};

/// Weights where they lie, with the strides from output to output and from input to input; an input's taps
/// [row][column] are contiguous.
struct AmxWeights {
  const float* first;
  std::int64_t out, in;
  bool turned;  ///< the last tap comes first, as on the way back
};

/// What is done with the sums.
struct AmxResult {
  const float* bias;           ///< [outs, rounded up to a block]
  const std::uint16_t* start;  ///< of the result's size, added to them, or null
  float negative_slope;        ///< what is negative then is multiplied by it
  std::uint16_t* to;           ///< [out_height][out_width][outs]
};

/// A row of gradients of a result, on the way back.
struct AmxSlopeRow {
  const std::uint16_t *slope, *result;  ///< [width][outs]; no result: without an activation
  float negative_slope;
  std::int64_t width, outs;
  std::uint16_t* row;    ///< written: [width][outs], the gradients before the activation
  std::uint16_t* pairs;  ///< written: [width / 2, rounded up][outs, rounded up to 16][2]
  float* sums;           ///< [outs, rounded up to 16]: the row's sums are added
};

/// Sizes of the gradient of weights: of `taps` taps, which read a map's channels, planes [channel, rounded up to
/// 16][plane_step], `offsets[tap]` numbers behind the position.
struct AmxGradient {
  std::int64_t plane_step, channels, outs;  ///< the last two rounded up to 16
  std::int64_t taps;
  const std::int64_t* offsets;
};

/// A row of a map, to planes.
struct AmxPlaneRow {
  const std::uint16_t* pixels;  ///< [width][channels]
  std::int64_t width, channels;
  std::uint16_t* planes;  ///< written: [channels][pitch], planes plane_step apart, 0 behind the width
  std::int64_t pitch, plane_step;
};

struct AmxKernels {
  /// Rounds the weights of a block to `to`, [block_weights].
  void (*pack)(const AmxSizes&, const AmxWeights&, std::int64_t block, std::uint16_t* to);
  /// Computes positions first ... last - 1 of a block of output channels.
  void (*convolve)(const AmxSizes&, const std::uint16_t* map, const std::uint16_t* weights, std::int64_t block,
                   std::int64_t first, std::int64_t last, const AmxResult&);
  void (*turn_back)(const AmxSlopeRow&);
  void (*to_planes)(const AmxPlaneRow&);
  /// Adds the share of positions first ... last - 1, a multiple of `depth`, to `gradient` [tap][channels][outs], for
  /// channels from `channel` on and outputs from `out` on, a block of either; `pairs` [positions / 2][outs][2].
  void (*weigh)(const AmxGradient&, const std::uint16_t* planes, const std::uint16_t* pairs, std::int64_t first,
                std::int64_t last, std::int64_t channel, std::int64_t out, float* gradient);
  /// Channel `channel` of such a gradient to [out][in][tap], of `in` channels and `outs` outputs.
  void (*unpack)(const AmxGradient&, const float* gradient, std::int64_t channel, std::int64_t in, std::int64_t outs,
                 float* to);
};

/// Null where the processor, or the operating system, has no such units, or LibTorch may not use its AVX-512.
const AmxKernels* amx_kernels();

}  // namespace stormsweep
