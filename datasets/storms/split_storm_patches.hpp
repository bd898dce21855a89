#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "datasets/files/splits.hpp"

namespace stormsweep {

/// The wanted shares of the splits in all patches; they sum to 1.
using SplitShares = std::array<double, 3>;

/// Splits by whole days, in the order of time: training first, then validation, then test. `dates` as YYYYMMDD, one per
/// patch, at least three different ones. Nothing is dropped.
std::vector<DataSplit> split_by_date(std::span<const std::int32_t> dates, const SplitShares& shares);

/// The south-west corner of a patch on the grid that all patches share.
struct PatchCorner {
  std::int32_t row = 0, column = 0;
};

/// Splits by two straight cuts through the region, both along rows or both along columns: into three strips, one per
/// split, whatever the time. A patch of `width` x `width` points that lies across a cut is dropped, so no grid point is
/// in two splits. Of all cuts and all ways to give strips to splits, the one whose counts come nearest to `shares` of
/// all patches (sum of the absolute differences), so that few are dropped. All are dropped where no two cuts leave a
/// patch in each strip.
std::vector<DataSplit> split_by_place(std::span<const PatchCorner> corners, std::int32_t width,
                                      const SplitShares& shares);

}  // namespace stormsweep
