#include "datasets/nowcast/nowcast_patch_draw.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "search/base/random.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t spacing = 8;

std::vector<std::int32_t> places(std::int64_t extent, std::int64_t side) {
  std::vector<std::int32_t> result;
  for (std::int64_t at = 0; at < extent - side; at += spacing) result.push_back(static_cast<std::int32_t>(at));
  result.push_back(static_cast<std::int32_t>(extent - side));
  return result;
}

/// Sums over all that lies above and to the left: [height + 1, width + 1].
class RunningSums {
 public:
  template <class Value>
  RunningSums(std::int64_t height, std::int64_t width, const Value& value)
      : stride_(width + 1), sums_(static_cast<std::size_t>((height + 1) * stride_)) {
    for (std::int64_t y = 0; y < height; ++y) {
      double row = 0;
      for (std::int64_t x = 0; x < width; ++x) {
        row += value(y * width + x);
        at(y + 1, x + 1) = at(y, x + 1) + row;
      }
    }
  }
  double of_square(std::int64_t top, std::int64_t left, std::int64_t side) {
    return at(top + side, left + side) - at(top, left + side) - at(top + side, left) + at(top, left);
  }

 private:
  double& at(std::int64_t y, std::int64_t x) { return sums_[static_cast<std::size_t>(y * stride_ + x)]; }

  std::int64_t stride_;
  std::vector<double> sums_;
};

}  // namespace

PatchLattice::PatchLattice(std::int64_t height, std::int64_t width, std::int64_t patch_side)
    : side(patch_side), rows(places(height, side)), columns(places(width, side)) {}

std::vector<NowcastSplit> split_by_place(const PatchLattice& lattice, double share) {
  const auto count = std::ssize(lattice.columns);
  const auto wide = std::max<std::int64_t>(1, std::llround(share * static_cast<double>(count)));
  const auto first = lattice.columns.begin() + (count - wide) / 2;
  const std::int32_t band_begin = *first, band_end = *(first + wide - 1) + nowcast_centre;
  std::vector<NowcastSplit> splits;
  for (const std::int32_t column : lattice.columns) {
    const bool apart = column + nowcast_centre <= band_begin || column >= band_end;
    const bool within = column >= band_begin && column + nowcast_centre <= band_end;
    splits.push_back(apart ? NowcastSplit::train : within ? NowcastSplit::validation : NowcastSplit::dropped);
  }
  if (std::ranges::count(splits, NowcastSplit::train) == 0) splits.clear();
  return splits;
}

PatchCentres look_at_centres(std::span<const float> image, std::int64_t width, const PatchLattice& lattice) {
  const std::int64_t height = std::ssize(image) / width;
  const auto pixel = [&](std::int64_t i) { return image[static_cast<std::size_t>(i)]; };
  RunningSums rain(height, width, [&](std::int64_t i) { return std::isnan(pixel(i)) ? 0.0 : double{pixel(i)}; });
  RunningSums missing(height, width, [&](std::int64_t i) { return std::isnan(pixel(i)) ? 1.0 : 0.0; });
  const std::int64_t side = std::min(nowcast_centre, lattice.side), margin = (lattice.side - side) / 2;
  PatchCentres centres;
  for (std::int64_t i = 0; i < lattice.size(); ++i) {
    const std::int64_t top = lattice.row(i) + margin, left = lattice.column(i) + margin;
    // A difference of large sums may come out a hair below zero.
    const double mean = std::max(0.0, rain.of_square(top, left, side)) / static_cast<double>(side * side);
    centres.rain.push_back(static_cast<float>(mean));
    centres.complete.push_back(missing.of_square(top, left, side) == 0 ? 1 : 0);
  }
  return centres;
}

void PatchReservoir::offer(const PatchDraw& candidate, double weight) {
  RandomStream of_window(seed_ + static_cast<std::uint64_t>(candidate.window));
  RandomStream stream(of_window.bits() + static_cast<std::uint64_t>(candidate.place));
  const Kept offered{std::log(1 - stream.uniform()) / weight, candidate};
  const auto least_first = std::greater<>();
  if (kept_.size() == capacity_) {
    if (capacity_ == 0 || offered <= kept_.front()) return;
    std::ranges::pop_heap(kept_, least_first);
    kept_.pop_back();
  }
  kept_.push_back(offered);
  std::ranges::push_heap(kept_, least_first);
}

std::vector<PatchDraw> PatchReservoir::drawn() const {
  std::vector<PatchDraw> draws;
  for (const Kept& kept : kept_) draws.push_back(kept.draw);
  std::ranges::sort(draws);
  return draws;
}

}  // namespace stormsweep
