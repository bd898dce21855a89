#include "datasets/nowcast/nowcast_batches.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "datasets/files/mapped_file.hpp"

namespace stormsweep {

namespace {

// Pixels of a side that are worked on at a time: a transposition's 32 rows of 64 bytes stay in the first cache.
constexpr std::ptrdiff_t tile = 32;

/// Where pixel (row, column) of a transformed frame comes from: origin + row * down + column * right.
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

/// One frame [side, side]: along rows where nothing is transposed, else in tiles.
void place(const std::uint16_t* frame, std::ptrdiff_t side, const Walk& walk, Normalisation how, float* out) {
  const std::ptrdiff_t wide = walk.right == 1 || walk.right == -1 ? side : tile;
  for (std::ptrdiff_t top = 0; top < side; top += tile) {
    for (std::ptrdiff_t left = 0; left < side; left += wide) {
      for (std::ptrdiff_t y = top; y < std::min(top + tile, side); ++y)
        normalise(frame + walk.origin + y * walk.down + left * walk.right, walk.right, std::min(wide, side - left), how,
                  out + y * side + left);
    }
  }
}

/// Asks the system to read all that a batch uses at once.
void expect_patches(const NowcastPatches& patches, std::span<const NowcastSample> samples,
                    const Extrapolations* extrapolations) {
  std::vector<std::span<const std::byte>> pieces, carried;
  for (const NowcastSample& sample : samples) {
    pieces.push_back(std::as_bytes(patches.input(sample.patch)));
    pieces.push_back(std::as_bytes(patches.target(sample.patch)));
    if (extrapolations) carried.push_back(std::as_bytes(extrapolations->frames(sample.patch)));
  }
  patches.file().will_need(pieces);
  if (extrapolations) extrapolations->file().will_need(carried);
}

}  // namespace

Batch gather(const NowcastPatches& patches, std::span<const NowcastSample> samples, const PixelStatistics& statistics,
             const Extrapolations* extrapolations) {
  const auto n = std::ssize(samples), side = patches.side(), pixels = side * side;
  const std::int64_t channels = nowcast_inputs + (extrapolations ? nowcast_carried : 0);
  Batch batch{torch::empty({n, channels, side, side}), torch::empty({n, nowcast_targets, side, side})};
  const Normalisation how{patches.meta().scale / statistics.deviation, -statistics.mean / statistics.deviation};
  expect_patches(patches, samples, extrapolations);
  float* input = batch.input.data_ptr<float>();
  float* target = batch.target.data_ptr<float>();
  for (const NowcastSample& sample : samples) {
    const Walk walk = walk_of(sample.symmetry, side);
    const auto place_all = [&](std::span<const std::uint16_t> frames, float*& out) {
      for (std::int64_t k = 0; k < std::ssize(frames); k += pixels, out += pixels)
        place(frames.data() + k, side, walk, how, out);
    };
    place_all(patches.input(sample.patch), input);
    if (extrapolations) place_all(extrapolations->frames(sample.patch), input);
    place_all(patches.target(sample.patch), target);
  }
  return batch;
}

}  // namespace stormsweep
