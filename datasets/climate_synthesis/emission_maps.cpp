#include "datasets/climate_synthesis/emission_maps.hpp"

#include <array>
#include <cmath>

#include "datasets/climate_synthesis/energy_balance.hpp"
#include "datasets/climate_synthesis/geography.hpp"
#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

/// Where emissions come from, and the share of each in 2015 and in 2100.
struct Region {
  double latitude, longitude, radius;  ///< degrees
  double first_share, last_share;
  double share(double year) const {
    return first_share + (year - first_path_year) / (last_path_year - first_path_year) * (last_share - first_share);
  }
};
constexpr std::array<Region, 6> regions{{{32, 114, 8, 0.34, 0.16},  // East Asia
                                         {23, 80, 8, 0.16, 0.28},   // South Asia
                                         {50, 14, 9, 0.12, 0.06},   // Europe
                                         {39, 275, 9, 0.10, 0.06},  // North America
                                         {-27, 28, 7, 0.06, 0.10},  // Southern Africa
                                         {6, 8, 9, 0.06, 0.18}}};   // West Africa

}  // namespace

double mean_emission() {
  constexpr double earth_area = 5.101e14, seconds_a_year = 365.25 * 86400, kilograms = 1e9;
  return kilograms / seconds_a_year / earth_area;
}

EmissionMaps::EmissionMaps(const ClimateGrid& grid) {
  const std::vector<double> shares = EnergyBalance(grid.latitudes).shares();
  const auto width = grid.longitudes.size();
  for (const Region& region : regions) {
    std::vector<float> pattern = map_of(grid, [&](double latitude, double longitude) {
      const double away = great_circle(latitude, longitude, region.latitude, region.longitude) / region.radius /
                          (earth_radius * degree);
      return std::exp(-away * away / 2);
    });
    double mean = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i)
      mean += pattern[i] * shares[i / width] / static_cast<double>(width);
    for (float& value : pattern) value *= static_cast<float>(mean_emission() / mean);
    patterns_.push_back(std::move(pattern));
  }
}

std::vector<float> EmissionMaps::map(const Pathway& path, double year) const {
  const double total = value_in(path, year);
  std::vector<float> map(patterns_[0].size());
  double rest = 1;
  for (std::size_t r = 0; r < regions.size(); ++r) {
    const double share = regions[r].share(year);
    rest -= share;
    for (std::size_t i = 0; i < map.size(); ++i) map[i] += static_cast<float>(total * share) * patterns_[r][i];
  }
  for (float& value : map) value += static_cast<float>(rest * total * mean_emission());
  return map;
}

}  // namespace stormsweep
