#include "datasets/nowcast_batches.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace stormsweep {

namespace {

constexpr std::ptrdiff_t tile = 32;  // of a transposition: 32 rows of 64 bytes stay in the first cache

/// Where pixel (row, column) of a transformed frame is found: origin + row * down + column * right.
struct Walk {
  std::ptrdiff_t origin = 0, down = 0, right = 0;
};

Walk walk_of(int symmetry, std::ptrdiff_t side) {
  const std::ptrdiff_t last = side - 1;
  // (row, column) of the result -> (row, column) before the rotation, as row = a . (1, row, column)
  const std::array<Walk, 4> of_rows{Walk{0, 1, 0}, Walk{0, 0, 1}, Walk{last, -1, 0}, Walk{last, 0, -1}};
  const std::array<Walk, 4> of_columns{Walk{0, 0, 1}, Walk{last, -1, 0}, Walk{last, 0, -1}, Walk{0, 1, 0}};
  const auto turns = static_cast<std::size_t>(symmetry % 4);
  Walk row = of_rows[turns], column = of_columns[turns];
  if (symmetry >= 4) std::swap(row, column);
  return {row.origin * side + column.origin, row.down * side + column.down, row.right * side + column.right};
}

/// Normalised = stored * factor + offset.
struct Normalisation {
  float factor = 1, offset = 0;
};

/// `frames` [C, side, side] to `out`: [side, side, C] (channels last) or [C, side, side].
template <std::ptrdiff_t C, bool channels_last>
void place(const std::uint16_t* frames, std::ptrdiff_t side, const Walk& walk, Normalisation how, float* out) {
  const std::ptrdiff_t pixels = side * side;
  const std::ptrdiff_t row_stride = channels_last ? side * C : side, step = channels_last ? C : 1;
  for (std::ptrdiff_t top = 0; top < side; top += tile) {
    for (std::ptrdiff_t left = 0; left < side; left += tile) {
      const std::ptrdiff_t bottom = std::min(top + tile, side), right = std::min(left + tile, side);
      for (std::ptrdiff_t c = 0; c < C; ++c) {
        for (std::ptrdiff_t y = top; y < bottom; ++y) {
          const std::uint16_t* in = frames + c * pixels + walk.origin + y * walk.down;
          float* to = out + y * row_stride + (channels_last ? c : c * pixels);
          for (std::ptrdiff_t x = left; x < right; ++x)
            to[x * step] = static_cast<float>(in[x * walk.right]) * how.factor + how.offset;
        }
      }
    }
  }
}

}  // namespace

Batch gather(const NowcastPatches& patches, std::span<const NowcastSample> samples, const PixelStatistics& statistics) {
  const auto n = std::ssize(samples), side = patches.side();
  Batch batch{torch::empty({n, nowcast_inputs, side, side}, torch::MemoryFormat::ChannelsLast),
              torch::empty({n, nowcast_targets, side, side})};
  const Normalisation how{patches.meta().scale / statistics.deviation, -statistics.mean / statistics.deviation};
  float* input = batch.input.data_ptr<float>();
  float* target = batch.target.data_ptr<float>();
  for (const NowcastSample& sample : samples) {
    const Walk walk = walk_of(sample.symmetry, side);
    place<nowcast_inputs, true>(patches.input(sample.patch).data(), side, walk, how, input);
    place<nowcast_targets, false>(patches.target(sample.patch).data(), side, walk, how, target);
    input += nowcast_inputs * side * side, target += nowcast_targets * side * side;
  }
  return batch;
}

}  // namespace stormsweep
