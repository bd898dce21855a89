#include "datasets/climate_synthesis/synthetic_climate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "datasets/climate/insolation.hpp"
#include "datasets/climate_synthesis/climate_noise.hpp"
#include "datasets/climate_synthesis/emission_maps.hpp"
#include "datasets/climate_synthesis/energy_balance.hpp"
#include "datasets/climate_synthesis/geography.hpp"
#include "datasets/climate_synthesis/season_cycle.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

using std::numbers::pi;

constexpr double degree = pi / 180;
constexpr double sulphur_forcing = -1, soot_forcing = 0.2;  // W/m2 of the emissions of 2015 (IPCC 2021, 7.3.3)
constexpr double imbalance = 0.8;                           // W/m2 in 2015 (von Schuckmann et al. 2020)
constexpr double land_response = 1.25, sea_response = 0.9;  // times the warming of the zone
constexpr double local_cooling = 0.02;                      // K where sulphur is emitted as on average in 2015
constexpr ClimateMonth begin = month_of(2015, 1);

double year_at(std::int64_t month) {
  return first_path_year + (static_cast<double>(month) + 0.5) / 12;
}

/// 1 in the middle of the northern summer, -1 in that of the southern one, `lag` months after the solstices.
double summer(std::int64_t month, double lag) {
  return std::cos(2 * pi * (static_cast<double>(month % 12) + 0.5 - 5.7 - lag) / 12);
}

}  // namespace

SyntheticClimate::SyntheticClimate(const ClimateGrid& grid, std::int64_t months, std::uint64_t seed)
    : grid_(grid),
      months_(months),
      seed_(seed),
      temperature_modes_(grid, derive_seed(seed, "temperature")),
      rain_modes_(grid, derive_seed(seed, "rain")) {
  land_ = map_of(grid, land_share);
  pacific_ = map_of(grid, [](double latitude, double longitude) {
    const double down = latitude / 9, right = std::remainder(longitude - 230, 360) / 45;
    return std::exp(-(down * down + right * right) / 2);
  });
  base_ = map_of(grid, [](double latitude, double) {
    const double x = std::sin(latitude * degree), ice_sheet = 1 / (1 + std::exp((latitude + 70) / 3));
    return 300 - 41 * x * x - 20 * ice_sheet;
  });
  seasons_ = seasons();
}

std::vector<float> SyntheticClimate::seasons() const {
  const auto cells = static_cast<std::size_t>(grid_.cells()), width = static_cast<std::size_t>(grid_.width());
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

SyntheticClimate::Forcings SyntheticClimate::forcings(const ScenarioPath& path) const {
  const EmissionMaps emissions(grid_);
  Forcings made;
  const auto append = [](const std::vector<float>& map, std::vector<float>& maps) {
    maps.insert(maps.end(), map.begin(), map.end());
  };
  for (std::int64_t month = 0; month < months_; ++month) {
    const double year = year_at(month);
    made.co2.push_back(static_cast<float>(value_in(path.co2, year)));
    made.ch4.push_back(static_cast<float>(value_in(path.ch4, year)));
    append(emissions.map(path.so2, year), made.so2);
    append(emissions.map(path.bc, year), made.bc);
    append(
        map_of(grid_, [&](double latitude,
                          double) { return monthly_insolation(latitude, begin + static_cast<ClimateMonth>(month)); }),
        made.rsdt);
  }
  return made;
}

std::vector<float> SyntheticClimate::mean_of_rows(std::span<const float> map) const {
  const auto width = static_cast<std::size_t>(grid_.width());
  std::vector<float> means;
  for (std::size_t row = 0; row < grid_.latitudes.size(); ++row) {
    double sum = 0;
    for (const float value : map.subspan(row * width, width)) sum += value;
    means.push_back(static_cast<float>(sum / static_cast<double>(width)));
  }
  return means;
}

std::vector<float> SyntheticClimate::warming(const Forcings& forcings) const {
  const auto cells = static_cast<std::size_t>(grid_.cells()), width = static_cast<std::size_t>(grid_.width());
  const auto map_at = [&](const std::vector<float>& maps, std::int64_t month) {
    return std::span(maps).subspan(static_cast<std::size_t>(month) * cells, cells);
  };
  const double first_so2 = value_in(scenario_paths[0].so2, first_path_year) * mean_emission();
  const double first_bc = value_in(scenario_paths[0].bc, first_path_year) * mean_emission();
  const std::vector<float> so2_then = mean_of_rows(map_at(forcings.so2, 0));
  const std::vector<float> bc_then = mean_of_rows(map_at(forcings.bc, 0));
  EnergyBalance balance(grid_.latitudes);
  std::vector<float> maps;
  for (std::int64_t month = 0; month < months_; ++month) {
    const auto m = static_cast<std::size_t>(month);
    const std::vector<float> so2 = mean_of_rows(map_at(forcings.so2, month)),
                             bc = mean_of_rows(map_at(forcings.bc, month));
    std::vector<double> forcing(so2.size(), imbalance + greenhouse_forcing(forcings.co2[m], forcings.ch4[m]));
    for (std::size_t row = 0; row < forcing.size(); ++row) {
      forcing[row] +=
          sulphur_forcing * (so2[row] - so2_then[row]) / first_so2 + soot_forcing * (bc[row] - bc_then[row]) / first_bc;
    }
    const std::vector<double>& zone = balance.step(forcing);
    const auto now = map_at(forcings.so2, month), then = map_at(forcings.so2, 0);
    for (std::size_t i = 0; i < cells; ++i) {
      const double cooling = local_cooling * (now[i] - then[i]) / first_so2;
      maps.push_back(
          static_cast<float>(zone[i / width] * (sea_response + land_[i] * (land_response - sea_response)) - cooling));
    }
  }
  return maps;
}

SyntheticClimate::Member SyntheticClimate::member(const std::string& scenario, std::uint64_t number,
                                                  const std::vector<float>& warming) const {
  const auto cells = static_cast<std::size_t>(grid_.cells());
  const auto seed = [&](const char* what) { return derive_seed(seed_, what + (" of " + scenario), {number}); };
  PacificOscillation pacific(seed("pacific"));
  ModeWeather warmth(seed("warmth"), 0.4), wetness(seed("wetness"), 0.2);
  Member made{std::vector<float>(warming.size()), std::vector<float>(warming.size())};
  std::vector<float> weather(cells);
  for (std::int64_t month = 0; month < months_; ++month) {
    const std::size_t first = static_cast<std::size_t>(month) * cells;
    const auto warm = std::span(warming).subspan(first, cells);
    const auto season = std::span(seasons_).subspan(static_cast<std::size_t>(month % 12) * cells, cells);
    const double nino = pacific.next();
    std::ranges::fill(weather, 0.0f);
    temperature_modes_.add(warmth.next(), weather);
    for (std::size_t i = 0; i < cells; ++i) {
      const double x = std::sin(grid_.latitudes[i / static_cast<std::size_t>(grid_.width())] * degree);
      const double strength = 0.4 + 0.8 * x * x + land_[i] * (0.4 + 0.7 * x * x);
      made.tas[first + i] =
          static_cast<float>(base_[i] + season[i] + warm[i] + nino * (0.9 * pacific_[i] + 0.1) + strength * weather[i]);
    }
    std::ranges::fill(weather, 0.0f);
    rain_modes_.add(wetness.next(), weather);
    add_rain(month, nino, warm, weather, std::span(made.pr).subspan(first, cells));
  }
  return made;
}

void SyntheticClimate::add_rain(std::int64_t month, double nino, std::span<const float> warming,
                                std::span<const float> weather, std::span<float> rain) const {
  const auto bell = [](double away) { return std::exp(-away * away / 2); };
  const double sun = summer(month, 1);
  for (std::size_t i = 0; i < rain.size(); ++i) {
    const double latitude = grid_.latitudes[i / static_cast<std::size_t>(grid_.width())];
    const double reach = 6 + 8 * land_[i];  // degrees from the equator
    const double belt = 7 * bell((latitude - 2 - reach * sun) / 7) * (1 + 0.05 * warming[i]) *
                        std::max(0.0, 1 + 0.5 * nino * pacific_[i]);
    const double winter = latitude > 0 ? -sun : sun;
    const double track = 3 * bell((std::abs(latitude) - 44 - 0.5 * warming[i]) / 13) * (1 + 0.3 * winter);
    const double mean = (0.3 + belt + track) * (1.05 - 0.2 * land_[i]) * (1 + 0.02 * warming[i]);
    rain[i] = static_cast<float>(mean * std::exp(0.45 * weather[i] - 0.1));  // of mean 1: 0.45^2 / 2
  }
}

}  // namespace stormsweep
