#include "datasets/nowcast/nowcast_patch_draw.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

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

/// Sums over all pixels above and to the left: [height + 1, width + 1].
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

std::vector<DataSplit> split_by_place(const PatchLattice& lattice, std::span<const double> weights, double share) {
  // Divides the columns at `line`: there training's middles end, and validation's begin.
  const auto divided = [&](std::int32_t line) {
    std::vector<DataSplit> splits;
    for (const std::int32_t column : lattice.columns)
      splits.push_back(column >= line                    ? DataSplit::validation
                       : column + nowcast_centre <= line ? DataSplit::train
                                                         : DataSplit::dropped);
    return splits;
  };
  std::vector<DataSplit> best;
  double nearest = std::numeric_limits<double>::infinity();
  for (const std::int32_t line : lattice.columns) {
    const std::vector<DataSplit> splits = divided(line);
    double train = 0, validation = 0;
    for (std::size_t i = 0; i < splits.size(); ++i) {
      if (splits[i] == DataSplit::train) train += weights[i];
      if (splits[i] == DataSplit::validation) validation += weights[i];
    }
    const double distance = std::abs(validation / (train + validation) - share);
    if (train > 0 && validation > 0 && distance < nearest) best = splits, nearest = distance;
  }
  return best;
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
    // A difference of large sums may be slightly below zero.
    const double mean = std::max(0.0, rain.of_square(top, left, side)) / static_cast<double>(side * side);
    centres.rain.push_back(static_cast<float>(mean));
    centres.complete.push_back(missing.of_square(top, left, side) == 0 ? 1 : 0);
  }
  return centres;
}

void PatchReservoir::offer(const PatchDraw& candidate, double weight) {
  RandomStream of_window(seed_ + static_cast<std::uint64_t>(candidate.window));
  RandomStream stream(of_window.bits() + static_cast<std::uint64_t>(candidate.place));
  keep({std::log(1 - stream.uniform()) / weight, candidate});
}

void PatchReservoir::take(const PatchReservoir& other) {
  for (const Kept& kept : other.kept_) keep(kept);
}

void PatchReservoir::keep(const Kept& kept) {
  const auto least_first = std::greater<>();
  if (kept_.size() == capacity_) {
    if (capacity_ == 0 || kept <= kept_.front()) return;
    std::ranges::pop_heap(kept_, least_first);
    kept_.pop_back();
  }
  kept_.push_back(kept);
  std::ranges::push_heap(kept_, least_first);
}

std::vector<PatchDraw> PatchReservoir::drawn() const {
  std::vector<PatchDraw> draws;
  for (const Kept& kept : kept_) draws.push_back(kept.draw);
  std::ranges::sort(draws);
  return draws;
}

void ColumnReservoirs::offer(const PatchDraw& candidate, double weight) {
  const auto column = static_cast<std::size_t>(candidate.place % std::ssize(lattice_.columns));
  columns_[column].offer(candidate, weight);
  weights_[column] += weight;
}

void ColumnReservoirs::give(std::span<const DataSplit> columns, DataSplit split, PatchReservoir& reservoir) const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i] == split) reservoir.take(columns_[i]);
}

}  // namespace stormsweep
