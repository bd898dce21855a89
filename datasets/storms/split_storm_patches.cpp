#include "datasets/storms/split_storm_patches.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace stormsweep {

namespace {

/// The splits of the strips before, between and beyond the cuts.
using Strips = std::array<DataSplit, 3>;
constexpr Strips in_order{DataSplit::train, DataSplit::validation, DataSplit::test};

/// Two cuts of an axis on which each patch covers [position, position + width).
struct Cuts {
  std::int32_t first = 0, second = 0;
  Strips strips = in_order;
  double misfit = std::numeric_limits<double>::infinity();

  DataSplit split(std::int32_t position, std::int32_t width) const {
    if (position + width <= first) return strips[0];
    if (position >= first && position + width <= second) return strips[1];
    if (position >= second) return strips[2];
    return DataSplit::dropped;
  }
};

/// A possible cut: the numbers of patches that end, and that begin, below it.
struct Line {
  std::int32_t position;
  double ended, begun;
};

/// A line just below each patch: any other line drops at least as many patches as one of these.
std::vector<Line> possible_lines(std::span<const std::int32_t> positions, std::int32_t width) {
  std::vector<std::int32_t> sorted(positions.begin(), positions.end());
  std::ranges::sort(sorted);
  const auto below = [&](std::int32_t line) {
    return static_cast<double>(std::ranges::lower_bound(sorted, line) - sorted.begin());
  };
  std::vector<Line> lines;
  for (const std::int32_t position : sorted) {
    if (!lines.empty() && lines.back().position == position) continue;
    lines.push_back({position, below(position - width + 1), below(position)});
  }
  return lines;
}

/// The cuts whose strips come nearest to the shares; of equally good ones the first.
Cuts nearest_cuts(std::span<const std::int32_t> positions, std::int32_t width, const SplitShares& shares,
                  const Strips& strips) {
  const std::vector<Line> lines = possible_lines(positions, width);
  const auto total = static_cast<double>(positions.size());
  SplitShares wanted;
  for (std::size_t i = 0; i < strips.size(); ++i) wanted[i] = shares[static_cast<std::size_t>(strips[i])] * total;
  Cuts best;
  for (const Line& first : lines) {
    for (const Line& second : lines) {
      const double between = second.ended - first.begun, beyond = total - second.begun;
      if (first.ended < 1 || between < 1) continue;
      const double misfit =
          std::abs(first.ended - wanted[0]) + std::abs(between - wanted[1]) + std::abs(beyond - wanted[2]);
      if (misfit < best.misfit) best = {first.position, second.position, strips, misfit};
    }
  }
  return best;
}

std::vector<DataSplit> divide(std::span<const std::int32_t> positions, std::int32_t width, const Cuts& cuts) {
  std::vector<DataSplit> splits;
  for (const std::int32_t position : positions) splits.push_back(cuts.split(position, width));
  return splits;
}

}  // namespace

std::vector<DataSplit> split_by_date(std::span<const std::int32_t> dates, const SplitShares& shares) {
  return divide(dates, 1, nearest_cuts(dates, 1, shares, in_order));
}

std::vector<DataSplit> split_by_place(std::span<const PatchCorner> corners, std::int32_t width,
                                      const SplitShares& shares) {
  std::vector<std::int32_t> rows, columns;
  for (const PatchCorner& corner : corners) rows.push_back(corner.row), columns.push_back(corner.column);
  Cuts best;
  bool by_row = true;
  for (const bool row : {true, false}) {
    Strips strips = in_order;
    do {
      const Cuts cuts = nearest_cuts(row ? rows : columns, width, shares, strips);
      if (cuts.misfit < best.misfit) best = cuts, by_row = row;
    } while (std::ranges::next_permutation(strips).found);
  }
  if (std::isinf(best.misfit)) return std::vector(corners.size(), DataSplit::dropped);
  return divide(by_row ? rows : columns, width, best);
}

}  // namespace stormsweep
