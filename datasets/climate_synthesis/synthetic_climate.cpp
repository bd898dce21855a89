#include "datasets/climate_synthesis/synthetic_climate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "datasets/climate/insolation.hpp"
#include "datasets/climate_synthesis/climate_noise.hpp"
#include "datasets/climate_synthesis/geography.hpp"
#include "datasets/climate_synthesis/season_cycle.hpp"
#include "search/base/seed.hpp"
#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

using std::numbers::pi;

double bell(double away) {
  return std::exp(-away * away / 2);
}

/// Annual mean of the zone, colder on the southern ice sheet.
double base_temperature(double latitude, double) {
  const double x = std::sin(latitude * degree), ice_sheet = 1 / (1 + std::exp((latitude + 70) / 3));
  return 300 - 41 * x * x - 20 * ice_sheet;
}

/// 1 where El Nino warms the sea most.
double pacific_pattern(double latitude, double longitude) {
  return bell(std::hypot(latitude / 9, std::remainder(longitude - 230, 360) / 45));
}

/// The rain follows the warm water: El Nino brings as much to the middle of the Pacific as it takes from its west.
double pacific_rain_pattern(double latitude, double longitude) {
  const auto at = [&](double centre) {
    return bell(std::hypot(latitude / 9, std::remainder(longitude - centre, 360) / 30));
  };
  return at(215) - at(130);
}

/// 1 in the middle of the northern summer, -1 in that of the southern one, each a month after the solstice. 21 June is
/// 5.7 months after the beginning of the year.
double rain_season(std::size_t month) {
  return std::cos(2 * pi * (static_cast<double>(month % 12) + 0.5 - 5.7 - 1) / 12);
}

}  // namespace

SyntheticClimate::SyntheticClimate(const ClimateGrid& grid, std::uint64_t seed)
    : grid_(grid),
      seed_(seed),
      land_(map_of(grid, land_share)),
      pacific_(map_of(grid, pacific_pattern)),
      pacific_rain_(map_of(grid, pacific_rain_pattern)),
      base_(map_of(grid, base_temperature)),
      seasons_(seasons()),
      temperature_modes_(grid, derive_seed(seed, "temperature")),
      rain_modes_(grid, derive_seed(seed, "rain")) {}

std::vector<float> SyntheticClimate::seasons() const {
  const std::size_t cells = land_.size(), width = grid_.longitudes.size();
  std::vector<float> maps(12 * cells);
  for (std::size_t row = 0; row < grid_.latitudes.size(); ++row) {
    std::array<double, 12> insolation{};
    for (std::size_t m = 0; m < 12; ++m)
      insolation[m] = monthly_insolation(grid_.latitudes[row], static_cast<ClimateMonth>(m));
    const auto land = land_slab.cycle(insolation), sea = sea_slab.cycle(insolation);
    for (std::size_t m = 0; m < 12; ++m) {
      for (std::size_t i = row * width; i < (row + 1) * width; ++i)
        maps[m * cells + i] = static_cast<float>(sea[m] + land_[i] * (land[m] - sea[m]));
    }
  }
  return maps;
}

SyntheticClimate::Member SyntheticClimate::member(const std::string& scenario, std::uint64_t number,
                                                  const std::vector<float>& warming) const {
  const auto seed = [&](const char* what) { return derive_seed(seed_, what + (" of " + scenario), {number}); };
  PacificOscillation pacific(seed("pacific"));
  ModeWeather warmth(seed("warmth"), 0.4), wetness(seed("wetness"), 0.2);
  Member made{std::vector<float>(warming.size()), std::vector<float>(warming.size())};
  const std::size_t cells = land_.size();
  for (std::size_t month = 0; month < warming.size() / cells; ++month) {
    const auto at = [&](auto& maps) { return std::span(maps).subspan(month * cells, cells); };
    const double nino = pacific.next();
    std::vector<float> weather(cells);
    temperature_modes_.add(warmth.next(), weather);
    make_warmth(month, nino, at(warming), weather, at(made.tas));
    std::ranges::fill(weather, 0.0f);
    rain_modes_.add(wetness.next(), weather);
    make_rain(month, nino, at(warming), weather, at(made.pr));
  }
  return made;
}

void SyntheticClimate::make_warmth(std::size_t month, double pacific, std::span<const float> warming,
                                   std::span<const float> weather, std::span<float> tas) const {
  const auto season = std::span(seasons_).subspan(month % 12 * tas.size(), tas.size());
  for (std::size_t i = 0; i < tas.size(); ++i) {
    const double x = std::sin(latitude(i) * degree);
    const double strength = 0.4 + 0.8 * x * x + land_[i] * (0.4 + 0.7 * x * x);  // K
    tas[i] = static_cast<float>(base_[i] + season[i] + warming[i] + pacific * (0.9 * pacific_[i] + 0.1) +
                                strength * weather[i]);
  }
}

void SyntheticClimate::make_rain(std::size_t month, double pacific, std::span<const float> warming,
                                 std::span<const float> weather, std::span<float> pr) const {
  const double sun = rain_season(month);
  for (std::size_t i = 0; i < pr.size(); ++i) {
    const double y = latitude(i), reach = 6 + 8 * land_[i];  // degrees from the equator
    const double belt = 7 * bell((y - 2 - reach * sun) / 7) * (1 + 0.05 * warming[i]) *
                        std::max(0.0, 1 + 0.4 * pacific * pacific_rain_[i]);
    const double winter = y > 0 ? -sun : sun;
    const double track = 3 * bell((std::abs(y) - 44 - 0.5 * warming[i]) / 13) * (1 + 0.3 * winter);
    const double mean = (0.3 + belt + track) * (1.05 - 0.2 * land_[i]) * (1 + 0.02 * warming[i]);
    pr[i] = static_cast<float>(mean * std::exp(0.45 * weather[i] - 0.1));  // of mean 1: 0.45^2 / 2
  }
}

}  // namespace stormsweep
