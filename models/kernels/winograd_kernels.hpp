#pragma once

#include <cstddef>
#include <cstdint>

namespace stormsweep {

/// Convolutions of 3x3 and 5x5 by Winograd's minimal filtering (Lavin and Gray 2016) for the vector units of a
/// processor: 6x6 pixels of a map become 6x6 points, where a 3x3 convolution to 4x4 pixels, or a 5x5 one to 2x2, is 36
/// products instead of 144, or 100. Points are the values of polynomials at 0, 1, -1, 2, -2 and infinity. Used by
/// models/kernels/winograd.
///
/// Arrays are channels last: maps [n][height][width][channel] in steps; weights as points [36][in][out], `out` rounded
/// up to `lanes`, zeros behind.
struct WinogradMap {
  std::int64_t height, width, in;
  std::int64_t out_height, out_width, out;  ///< of the result
  std::int64_t in_step, out_step;  ///< floats from pixel to pixel: of a map with more channels, some may be meant
  std::int64_t kernel;             ///< 3 or 5
  std::int64_t margin;             ///< taps before the pixel that is computed
  std::int64_t dilation;           ///< pixels between taps
  bool periodic;                   ///< what lies left and right: the map again, or zeros
  bool add = false;                ///< to what the result holds
  float negative_slope = 1;        ///< what is negative then is multiplied by it
};

/// Its 4x4, or 2x2, output pixels are `dilation` apart, from this one on.
struct WinogradTile {
  std::int64_t sample, row, column;
};

struct WinogradTiles {
  const WinogradTile* first;
  std::int64_t count;
};

struct WinogradKernels {
  static constexpr std::int64_t points = 36, spare = 16;
  std::int64_t lanes;

  /// Writes the convolution at some tiles. `workspace` holds 36 floats for each tile and channel, in and rounded out,
  /// and for each of 2 `spare`.
  void (*convolve)(const WinogradMap&, WinogradTiles, const float* map, const float* weight, const float* bias,
                   float* workspace, float* result);
  /// Adds the gradient of the weights of input channels first ... last - 1 at some tiles to `gradient`, as points.
  /// `slope`: the gradient of the result. The workspace is the same.
  void (*weigh)(const WinogradMap&, WinogradTiles, const float* map, const float* slope, std::int64_t first,
                std::int64_t last, float* workspace, float* gradient);
  /// Columns first ... last - 1, whole vectors, of the product of `matrix` [rows][terms] and `from` [terms][columns],
  /// each sum in the order of its terms.
  void (*combine)(const float* matrix, std::int64_t rows, std::int64_t terms, const float* from, std::int64_t columns,
                  std::int64_t first, std::int64_t last, float* to);
};

/// Null where the processor has no vector units for which they are compiled.
const WinogradKernels* winograd_kernels();

}  // namespace stormsweep
