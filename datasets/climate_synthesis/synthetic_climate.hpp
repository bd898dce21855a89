#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "datasets/climate/climate_layout.hpp"
#include "datasets/climate_synthesis/climate_modes.hpp"

namespace stormsweep {

/// A synthetic Earth, for machines without data, and for tests that know the answer. Months from January 2015 on.
///
/// Temperature is the sum of a mean by latitude; a cycle of the seasons, strong and early over land, weak and late over
/// the sea (season_cycle.hpp); the warming by the forcings (forced_warming.hpp); an oscillation of the tropical Pacific
/// of about four years; and weather. Rain is a belt that follows the Sun, further over land, and storm tracks; it grows
/// and moves with the warming, shifts with the Pacific, and is multiplied by weather of its own. Members of a scenario
/// differ only in the Pacific and the weather. Numbers without a source are ours, chosen for maps that look like the
/// Earth's.
class SyntheticClimate {
 public:
  SyntheticClimate(const ClimateGrid& grid, std::uint64_t seed);

  /// [months, height, width]: K and mm/day.
  struct Member {
    std::vector<float> tas, pr;
  };
  /// `warming`: the scenario's, by forced_warming. Member `number` of a scenario depends neither on what else is made
  /// nor on threads.
  Member member(const std::string& scenario, std::uint64_t number, const std::vector<float>& warming) const;

 private:
  /// K that the seasons add in each cell, [12, cells]; mean 0.
  std::vector<float> seasons() const;
  double latitude(std::size_t cell) const { return grid_.latitudes[cell / grid_.longitudes.size()]; }
  /// The maps [cells] of a month. `pacific`: its oscillation; `weather`: of variance 1.
  void make_warmth(std::size_t month, double pacific, std::span<const float> warming, std::span<const float> weather,
                   std::span<float> tas) const;
  void make_rain(std::size_t month, double pacific, std::span<const float> warming, std::span<const float> weather,
                 std::span<float> pr) const;

  ClimateGrid grid_;
  std::uint64_t seed_;
  std::vector<float> land_, pacific_, pacific_rain_, base_, seasons_;  ///< [cells]; seasons_ [12, cells]
  ClimateModes temperature_modes_, rain_modes_;
};

}  // namespace stormsweep
