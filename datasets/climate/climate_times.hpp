#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "datasets/climate/climate_layout.hpp"

namespace stormsweep {

/// The months in which the moments of a time coordinate lie. Any calendar of CF: those of datasets/files/cf_time.hpp,
/// and 360_day with twelve months of 30 days. Numbers without units are years, as ClimateBench has them: July stands
/// for a year. Throws InputError "<place>: ...".
std::vector<ClimateMonth> months_of(const std::vector<double>& numbers, const std::string& units,
                                    const std::string& calendar, const std::string& place);

/// Where a month lies among years whose values hold at their middles: `share` of the way from one middle to the next;
/// before the first middle and after the last one, at that middle.
struct BetweenYears {
  std::size_t before = 0, after = 0;
  double share = 0;
};
BetweenYears between_years(std::span<const std::int32_t> years, ClimateMonth month);

}  // namespace stormsweep
