#pragma once

#include <cstdint>

namespace stormsweep {

/// Convolutions in bfloat16, summed in float32: by the matrix units of Intel's processors (AMX), tiles of 16 rows of 32
/// numbers, some ten times as fast as vector units; or by the bfloat16 instructions of AVX-512, which add the products
/// of pairs of numbers. Used by models/kernels/bfloat16_convolution.
///
/// Numbers of 16 bits are bfloat16. A map is [height][width][channel] without gaps: the channels of all taps of a
/// kernel's row then follow each other, whatever their number, and a tile's rows are pixels side by side. What is read
/// beyond the taps is multiplied by weights of 0, but must be finite: `slack` numbers follow a map.
struct Bfloat16Sizes {
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
struct Bfloat16Weights {
  const float* first;
  std::int64_t out, in;
  bool turned;  ///< the last tap comes first, as on the way back
};

/// What is done with the sums.
struct Bfloat16Result {
  const float* bias;           ///< [outs, rounded up to a block]
  const std::uint16_t* start;  ///< of the result's size, added to them, or null
  float negative_slope;        ///< what is negative then is multiplied by it
  std::uint16_t* to;           ///< [out_height][out_width][outs]
};

/// A row of gradients of a result, on the way back.
struct Bfloat16SlopeRow {
  const std::uint16_t *slope, *result;  ///< [width][outs]; no result: without an activation
  float negative_slope;
  std::int64_t width, outs;
  std::uint16_t* row;    ///< written: [width][outs], the gradients before the activation
  std::uint16_t* pairs;  ///< written: [width / 2, rounded up][outs, rounded up to 16][2]
  float* sums;           ///< [outs, rounded up to 16]: the row's sums are added
};

/// Sizes of the gradient of weights: of `taps` taps, which read a map's channels, planes [padded_channels][plane_step],
/// `offsets[tap]` numbers behind the position.
struct Bfloat16Gradient {
  std::int64_t plane_step, channels, outs;
  std::int64_t taps;
  const std::int64_t* offsets;

  static std::int64_t padded(std::int64_t number) { return (number + 15) / 16 * 16; }
  std::int64_t padded_channels() const { return padded(channels); }
  std::int64_t padded_outs() const { return padded(outs); }
};

/// A row of a map, to planes.
struct Bfloat16PlaneRow {
  const std::uint16_t* pixels;  ///< [width][channels]
  std::int64_t width, channels;
  std::uint16_t* planes;  ///< written: [channels][pitch], planes plane_step apart, 0 behind the width
  std::int64_t pitch, plane_step;
};

struct Bfloat16Kernels {
  /// Weights of a block, in either direction, up to which they are faster than oneDNN's: beyond, all of these no longer
  /// stay in the second-level cache, which has a megabyte where there are vector units alone.
  std::int64_t most_block_weights;

  /// Rounds the weights of a block to `to`, [block_weights].
  void (*pack)(const Bfloat16Sizes&, const Bfloat16Weights&, std::int64_t block, std::uint16_t* to);
  /// Computes positions first ... last - 1 of a block of output channels.
  void (*convolve)(const Bfloat16Sizes&, const std::uint16_t* map, const std::uint16_t* weights, std::int64_t block,
                   std::int64_t first, std::int64_t last, const Bfloat16Result&);
  void (*turn_back)(const Bfloat16SlopeRow&);
  void (*to_planes)(const Bfloat16PlaneRow&);
  /// Adds the share of positions first ... last - 1, a multiple of `depth`, to `gradient`
  /// [tap][padded_channels][padded_outs], for channels from `channel` on and outputs from `out` on, a block of either;
  /// `pairs` [positions / 2][padded_outs][2].
  void (*weigh)(const Bfloat16Gradient&, const std::uint16_t* planes, const std::uint16_t* pairs, std::int64_t first,
                std::int64_t last, std::int64_t channel, std::int64_t out, float* gradient);
  /// Channel `channel` of such a gradient to [outs][channels][tap].
  void (*unpack)(const Bfloat16Gradient&, const float* gradient, std::int64_t channel, float* to);
};

/// Null where the processor has neither, or LibTorch may not use its AVX-512.
const Bfloat16Kernels* bfloat16_kernels();

}  // namespace stormsweep
