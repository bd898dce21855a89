#include "datasets/nowcast_batches.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace stormsweep {

namespace {

// Pixels that are worked on at a time: of a transposition tiles, of which 7 frames' 32 rows of 64 bytes stay in the
// first cache; else long pieces of rows, which the processor fetches ahead.
constexpr std::ptrdiff_t tile = 32, piece = 512;

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

/// out[x] = in[x * stride], normalised. A stride known to the compiler makes the loop vectorise.
template <std::ptrdiff_t stride>
void normalise(const std::uint16_t* in, std::ptrdiff_t count, Normalisation how, float* out) {
  for (std::ptrdiff_t x = 0; x < count; ++x) out[x] = static_cast<float>(in[x * stride]) * how.factor + how.offset;
}

void normalise(const std::uint16_t* in, std::ptrdiff_t stride, std::ptrdiff_t count, Normalisation how, float* out) {
  if (stride == 1) return normalise<1>(in, count, how, out);
  if (stride == -1) return normalise<-1>(in, count, how, out);
  for (std::ptrdiff_t x = 0; x < count; ++x) out[x] = static_cast<float>(in[x * stride]) * how.factor + how.offset;
}

/// A piece of a row of `frames` frames: [frames, piece] in `rows`, to [count, frames] in `out`.
template <std::ptrdiff_t frames>
void interleave(const float* rows, std::ptrdiff_t count, float* out) {
  for (std::ptrdiff_t x = 0; x < count; ++x) {
    for (std::ptrdiff_t c = 0; c < frames; ++c) out[x * frames + c] = rows[c * piece + x];
  }
}

/// Calls `work(row, first column, columns)` for each piece of a row, in an order that is kind to the cache.
template <class Work>
void each_piece(std::ptrdiff_t side, const Walk& walk, const Work& work) {
  const bool along_rows = walk.right == 1 || walk.right == -1;
  const std::ptrdiff_t high = along_rows ? 1 : tile, wide = along_rows ? piece : tile;
  for (std::ptrdiff_t top = 0; top < side; top += high) {
    for (std::ptrdiff_t left = 0; left < side; left += wide) {
      for (std::ptrdiff_t y = top; y < std::min(top + high, side); ++y) work(y, left, std::min(wide, side - left));
    }
  }
}

/// X [7, side, side] to [side, side, 7].
void place_input(const std::uint16_t* frames, std::ptrdiff_t side, const Walk& walk, Normalisation how, float* out) {
  std::array<float, nowcast_inputs * piece> rows;
  each_piece(side, walk, [&](std::ptrdiff_t y, std::ptrdiff_t left, std::ptrdiff_t count) {
    const std::uint16_t* const in = frames + walk.origin + y * walk.down + left * walk.right;
    for (std::ptrdiff_t c = 0; c < nowcast_inputs; ++c)
      normalise(in + c * side * side, walk.right, count, how, rows.data() + c * piece);
    interleave<nowcast_inputs>(rows.data(), count, out + (y * side + left) * nowcast_inputs);
  });
}

/// One frame [side, side] of Y.
void place_target(const std::uint16_t* frame, std::ptrdiff_t side, const Walk& walk, Normalisation how, float* out) {
  each_piece(side, walk, [&](std::ptrdiff_t y, std::ptrdiff_t left, std::ptrdiff_t count) {
    const std::uint16_t* const in = frame + walk.origin + y * walk.down + left * walk.right;
    normalise(in, walk.right, count, how, out + y * side + left);
  });
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
    place_input(patches.input(sample.patch).data(), side, walk, how, input);
    input += nowcast_inputs * side * side;
    const std::uint16_t* frame = patches.target(sample.patch).data();
    for (std::int64_t k = 0; k < nowcast_targets; ++k, frame += side * side, target += side * side)
      place_target(frame, side, walk, how, target);
  }
  return batch;
}

}  // namespace stormsweep
