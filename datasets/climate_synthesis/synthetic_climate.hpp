#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "datasets/climate/climate_layout.hpp"
#include "datasets/climate_synthesis/climate_modes.hpp"
#include "datasets/climate_synthesis/scenario_paths.hpp"

namespace stormsweep {

/// A made Earth, for a machine without data and for tests that know the answer. Months from January 2015 on.
///
/// Temperature is the sum of a mean by latitude; a cycle of the seasons, that of a slab heated by the Sun, strong and
/// early over land, weak and late over the sea; the forced response, an energy balance by latitude
/// (energy_balance.hpp) under the scenario's gases and aerosols, 1.25 of it over land and 0.9 over the sea, with
/// cooling where sulphur is emitted; an oscillation of the tropical Pacific of about four years; and weather. Rain is a
/// belt that follows the Sun, further over land, and storm tracks; it grows and moves with the warming, shifts with the
/// Pacific, and its weather multiplies it. Members of a scenario differ in the Pacific and the weather alone. Where no
/// source is named the numbers are ours, for maps that look like the Earth's.
class SyntheticClimate {
 public:
  SyntheticClimate(const ClimateGrid& grid, std::int64_t months, std::uint64_t seed);

  /// Forcings of all months: numbers [months], and maps [months, height, width].
  struct Forcings {
    std::vector<float> co2, ch4;       ///< ppm, ppb
    std::vector<float> so2, bc, rsdt;  ///< kg/m2/s, kg/m2/s, W/m2
  };
  Forcings forcings(const ScenarioPath& path) const;

  /// The forced warming since the first month, K [months, height, width]: all that a scenario's members share.
  std::vector<float> warming(const Forcings& forcings) const;

  /// [months, height, width]: K and mm/day.
  struct Member {
    std::vector<float> tas, pr;
  };
  Member member(const std::string& scenario, std::uint64_t number, const std::vector<float>& warming) const;

  /// Share of land of each cell: continents as ellipses.
  const std::vector<float>& land() const { return land_; }

 private:
  /// K that the seasons add in each cell, [12, cells]; mean 0.
  std::vector<float> seasons() const;
  std::vector<float> mean_of_rows(std::span<const float> map) const;
  void add_rain(std::int64_t month, double pacific, std::span<const float> warming, std::span<const float> weather,
                std::span<float> rain) const;

  ClimateGrid grid_;
  std::int64_t months_;
  std::uint64_t seed_;
  std::vector<float> land_, pacific_, base_, seasons_;  ///< [cells]; seasons_ [12, cells]
  ClimateModes temperature_modes_, rain_modes_;
};

}  // namespace stormsweep
