#include "datasets/climate_synthesis/synthetic_climate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "datasets/climate/insolation.hpp"
#include "datasets/climate_synthesis/energy_balance.hpp"
#include "search/base/random.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

using std::numbers::pi;

constexpr double degree = pi / 180;
constexpr double earth_area = 5.101e14;                       // m2
constexpr double megatonnes_a_year = 1e9 / (365.25 * 86400);  // kg/s
constexpr double sulphur_forcing = -1, soot_forcing = 0.2;    // W/m2 of the emissions of 2015 (IPCC 2021, 7.3.3)
constexpr double imbalance = 0.8;                             // W/m2 in 2015 (von Schuckmann et al. 2020)
constexpr double land_response = 1.25, sea_response = 0.9;    // times the warming of the zone
constexpr double local_cooling = 0.02;                        // K where sulphur is emitted as on average in 2015
constexpr ClimateMonth begin = month_of(2015, 1);

/// 1 in the middle, 0.5 on the border, soon 0 outside.
struct Ellipse {
  double latitude, longitude, height, width;  ///< of the centre, and half of its size, degrees
  double at(double y, double x) const {
    const double down = (y - latitude) / height, right = std::remainder(x - longitude, 360) / width;
    return 1 / (1 + std::exp(12 * (std::hypot(down, right) - 1)));
  }
};

constexpr std::array<Ellipse, 9> continents{{{52, 260, 20, 36},    // North America
                                             {-18, 300, 30, 16},   // South America
                                             {8, 20, 28, 24},      // Africa
                                             {52, 80, 22, 72},     // Eurasia
                                             {24, 85, 16, 18},     // India
                                             {-25, 134, 11, 18},   // Australia
                                             {73, 318, 11, 18},    // Greenland
                                             {0, 113, 6, 10},      // Borneo
                                             {-90, 0, 20, 400}}};  // Antarctica, all round

/// Where emissions come from, and the share of each now and in 2100; the rest comes from everywhere.
struct Source {
  double latitude, longitude, radius;  ///< degrees
  double first_share, last_share;
};
constexpr std::array<Source, 6> sources{{{32, 114, 8, 0.34, 0.16},
                                         {23, 80, 8, 0.16, 0.28},
                                         {50, 14, 9, 0.12, 0.06},
                                         {39, 275, 9, 0.10, 0.06},
                                         {-27, 28, 7, 0.06, 0.10},
                                         {6, 8, 9, 0.06, 0.18}}};

double distance(double latitude, double longitude, const Source& source) {
  const double cosine = std::sin(latitude * degree) * std::sin(source.latitude * degree) +
                        std::cos(latitude * degree) * std::cos(source.latitude * degree) *
                            std::cos((longitude - source.longitude) * degree);
  return std::acos(std::clamp(cosine, -1.0, 1.0)) / degree;
}

std::vector<float> map_of(const ClimateGrid& grid, const std::function<double(double, double)>& value) {
  std::vector<float> map;
  for (const double latitude : grid.latitudes) {
    for (const double longitude : grid.longitudes) map.push_back(static_cast<float>(value(latitude, longitude)));
  }
  return map;
}

double year_at(std::int64_t month) {
  return first_path_year + (static_cast<double>(month) + 0.5) / 12;
}

/// The phase of the year at the middle of a month, 0 where the Sun stands, or the sea is, furthest north, `lag` months
/// after 21 June.
double summer(std::int64_t month, double lag) {
  return std::cos(2 * pi * (static_cast<double>(month % 12) + 0.5 - 5.7 - lag) / 12);
}

/// What slabs of land and sea make of twelve months of insolation: heated by what they absorb, cooled by the radiation
/// and the winds.
struct Slab {
  double inertia = 0;  ///< 2 pi / year * heat capacity, W/m2/K
  std::array<double, 12> cycle(const std::array<double, 12>& insolation) const {
    constexpr double absorbed = 0.5, damping = 6;  // W/m2/K
    std::array<double, 12> warmth{};
    for (int wave = 1; wave <= 2; ++wave) {
      const auto turn = [&](std::size_t month) {
        return std::polar(1.0, 2 * pi * wave * static_cast<double>(month) / 12);
      };
      std::complex<double> sun = 0;
      for (std::size_t m = 0; m < 12; ++m) sun += insolation[m] * std::conj(turn(m)) / 6.0;
      const std::complex<double> answer = absorbed * sun / std::complex(damping, wave * inertia);
      for (std::size_t m = 0; m < 12; ++m) warmth[m] += std::real(answer * turn(m));
    }
    return warmth;
  }
};
constexpr Slab land_slab{2}, sea_slab{25};  // 2.4 m and 30 m of water

/// El Nino and La Nina: an oscillator of four years, kicked at random; variance 1 (Box and Jenkins 1976, 3.2.4).
class Pacific {
 public:
  explicit Pacific(std::uint64_t seed) : stream_(seed) {
    for (int month = 0; month < 120; ++month) next();
  }
  double next() {
    constexpr double damping = 0.96, period = 48;
    const double square = damping * damping, turn = 2 * damping * std::cos(2 * pi / period);
    const double kick = std::sqrt((1 - square) * ((1 + square) * (1 + square) - turn * turn) / (1 + square));
    const double value = turn * now_ - square * before_ + kick * stream_.normal();
    before_ = now_, now_ = value;
    return value;
  }

 private:
  RandomStream stream_;
  double now_ = 0, before_ = 0;
};

/// Amplitudes of modes that forget all but `memory` of themselves in a month; variance 1.
class Weather {
 public:
  Weather(std::uint64_t seed, double memory) : stream_(seed), memory_(memory) {
    for (double& amplitude : amplitudes_) amplitude = stream_.normal();
  }
  const std::array<double, ClimateModes::count>& next() {
    for (double& amplitude : amplitudes_)
      amplitude = memory_ * amplitude + std::sqrt(1 - memory_ * memory_) * stream_.normal();
    return amplitudes_;
  }

 private:
  RandomStream stream_;
  double memory_;
  std::array<double, ClimateModes::count> amplitudes_{};
};

std::vector<float> emissions(const ClimateGrid& grid, const std::vector<double>& row_shares, const Pathway& path,
                             std::int64_t months) {
  std::vector<std::vector<float>> patterns;  // of each source, kg/m2/s of one Mt a year
  for (const Source& source : sources) {
    patterns.push_back(map_of(grid, [&](double latitude, double longitude) {
      const double away = distance(latitude, longitude, source) / source.radius;
      return std::exp(-away * away / 2);
    }));
    double total = 0;
    for (std::size_t i = 0; i < patterns.back().size(); ++i)
      total += patterns.back()[i] * row_shares[i / grid.longitudes.size()] / static_cast<double>(grid.width());
    for (float& value : patterns.back()) value *= static_cast<float>(megatonnes_a_year / earth_area / total);
  }
  std::vector<float> maps;
  for (std::int64_t month = 0; month < months; ++month) {
    const double year = year_at(month), total = value_in(path, year);
    const double late = (year - first_path_year) / (last_path_year - first_path_year);
    double rest = 1;
    std::vector<float> map(static_cast<std::size_t>(grid.cells()));
    for (std::size_t s = 0; s < sources.size(); ++s) {
      const double share = sources[s].first_share + late * (sources[s].last_share - sources[s].first_share);
      rest -= share;
      for (std::size_t i = 0; i < map.size(); ++i) map[i] += static_cast<float>(total * share) * patterns[s][i];
    }
    for (const float value : map)
      maps.push_back(value + static_cast<float>(rest * total * megatonnes_a_year / earth_area));
  }
  return maps;
}

}  // namespace

SyntheticClimate::SyntheticClimate(const ClimateGrid& grid, std::int64_t months, std::uint64_t seed)
    : grid_(grid),
      months_(months),
      seed_(seed),
      row_shares_(EnergyBalance(grid.latitudes).shares()),
      temperature_modes_(grid, derive_seed(seed, "temperature")),
      rain_modes_(grid, derive_seed(seed, "rain")) {
  land_ = map_of(grid, [](double latitude, double longitude) {
    double land = 0;
    for (const Ellipse& continent : continents) land = std::max(land, continent.at(latitude, longitude));
    return land;
  });
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
  Forcings made;
  for (std::int64_t month = 0; month < months_; ++month) {
    made.co2.push_back(static_cast<float>(value_in(path.co2, year_at(month))));
    made.ch4.push_back(static_cast<float>(value_in(path.ch4, year_at(month))));
    const std::vector<float> sun = map_of(grid_, [&](double latitude, double) {
      return monthly_insolation(latitude, begin + static_cast<ClimateMonth>(month));
    });
    made.rsdt.insert(made.rsdt.end(), sun.begin(), sun.end());
  }
  made.so2 = emissions(grid_, row_shares_, path.so2, months_);
  made.bc = emissions(grid_, row_shares_, path.bc, months_);
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
  const double first_so2 = value_in(scenario_paths[0].so2, first_path_year) * megatonnes_a_year / earth_area;
  const double first_bc = value_in(scenario_paths[0].bc, first_path_year) * megatonnes_a_year / earth_area;
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
  Pacific pacific(seed("pacific"));
  Weather warmth(seed("warmth"), 0.4), wetness(seed("wetness"), 0.2);
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
