#include "datasets/storms/split_storm_patches.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "search/base/random.hpp"

using namespace stormsweep;

namespace {

constexpr SplitShares shares{0.7, 0.1, 0.2};

std::vector<PatchCorner> scattered(std::uint64_t seed, std::size_t n, std::uint64_t extent) {
  RandomStream random(seed);
  std::vector<PatchCorner> corners(n);
  for (PatchCorner& corner : corners) {
    corner = {static_cast<std::int32_t>(random.below(extent)), static_cast<std::int32_t>(random.below(extent))};
  }
  return corners;
}

double misfit(const std::vector<DataSplit>& splits) {
  double sum = 0;
  for (std::size_t s = 0; s < 3; ++s) {
    const auto count = static_cast<double>(std::ranges::count(splits, static_cast<DataSplit>(s)));
    if (count == 0) return INFINITY;
    sum += std::abs(count - shares[s] * static_cast<double>(splits.size()));
  }
  return sum;
}

/// The least misfit of all pairs of lines, along rows and columns, by trying all.
double least_misfit(const std::vector<PatchCorner>& corners, std::int32_t width, std::int32_t extent) {
  double least = INFINITY;
  for (const bool rows : {true, false}) {
    for (std::int32_t a = 0; a <= extent; ++a) {
      for (std::int32_t b = a; b <= extent; ++b) {
        std::array<std::size_t, 3> strips{0, 1, 2};
        do {
          std::vector<DataSplit> splits;
          for (const PatchCorner& corner : corners) {
            const std::int32_t p = rows ? corner.row : corner.column, end = p + width;
            const std::size_t strip = end <= a ? 0 : p >= a && end <= b ? 1 : p >= b ? 2 : 3;
            splits.push_back(strip == 3 ? DataSplit::dropped : static_cast<DataSplit>(strips[strip]));
          }
          least = std::min(least, misfit(splits));
        } while (std::ranges::next_permutation(strips).found);
      }
    }
  }
  return least;
}

}  // namespace

TEST_CASE("by date: whole days, the earliest for training, the latest for test, whatever the order they are given in") {
  std::vector<std::int32_t> dates;
  for (std::int32_t patch = 0; patch < 100; ++patch) dates.push_back(20180700 + patch * 37 % 10);
  const std::vector<DataSplit> splits = split_by_date(dates, shares);
  for (std::size_t p = 0; p < dates.size(); ++p) {
    const std::int32_t day = dates[p] - 20180700;
    CHECK(splits[p] == (day < 7 ? DataSplit::train : day < 8 ? DataSplit::validation : DataSplit::test));
  }
}

TEST_CASE("by date: each split gets a day where there are three, however uneven") {
  std::vector<std::int32_t> dates{20110101, 20110102};
  dates.insert(dates.end(), 500, 20110103);
  const std::vector<DataSplit> splits = split_by_date(dates, shares);
  CHECK(splits[0] == DataSplit::train);
  CHECK(splits[1] == DataSplit::validation);
  CHECK(std::ranges::count(splits, DataSplit::test) == 500);
}

TEST_CASE("by place: no grid point is in two splits, and no cuts come nearer to the shares") {
  constexpr std::int32_t width = 8, extent = 40;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const std::vector<PatchCorner> corners = scattered(seed, 40, extent);
    const std::vector<DataSplit> splits = split_by_place(corners, width, shares);
    std::map<std::pair<int, int>, std::set<DataSplit>> points;
    for (std::size_t p = 0; p < corners.size(); ++p) {
      if (splits[p] == DataSplit::dropped) continue;
      for (int r = 0; r < width; ++r) {
        for (int c = 0; c < width; ++c) points[{corners[p].row + r, corners[p].column + c}].insert(splits[p]);
      }
    }
    CHECK(std::ranges::all_of(points, [](const auto& point) { return point.second.size() == 1; }));
    CHECK(misfit(splits) == doctest::Approx(least_misfit(corners, width, extent)));
  }
}

TEST_CASE("by place: patches that all overlap cannot be split") {
  const std::vector<PatchCorner> corners = scattered(1, 50, 10);
  const std::vector<DataSplit> splits = split_by_place(corners, 32, shares);
  CHECK(std::ranges::count(splits, DataSplit::dropped) == 50);
}
