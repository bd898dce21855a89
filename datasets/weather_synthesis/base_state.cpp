#include "datasets/weather_synthesis/base_state.hpp"

#include <algorithm>
#include <cmath>

#include "datasets/weather_synthesis/weather_noise.hpp"
#include "search/base/random.hpp"
#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

constexpr double metres_a_radian = 1000 * earth_radius;
constexpr std::uint64_t land_seed = 2018;
constexpr float lapse = 0.0065f;          // K/m, of the standard atmosphere
constexpr float metres_a_kelvin = 29.3f;  // gas constant of dry air over gravity: the scale height of 1 K

float bell(double x, double centre, double width) {
  const double z = (x - centre) / width;
  return static_cast<float>(std::exp(-z * z));
}

/// Means along a parallel, near those of the Earth. Belts of moisture and trade winds follow the season.
struct ZonalMeans {
  ZonalMeans(double latitude, double shift) {
    const double north = latitude - shift, away = std::abs(north), sine = std::sin(latitude * degree);
    psl = 101100 + 900 * bell(away, 30, 12) - 1600 * bell(std::abs(latitude), 62, 12);
    trefht = static_cast<float>(301 - 45 * std::pow(std::abs(std::sin(0.9 * north * degree)), 2.2));
    t500 = static_cast<float>(268.5 - 33 * sine * sine), t200 = static_cast<float>(219 + 3 * sine * sine);
    tmq = 5 + 40 * bell(north, 0, 17);
    humidity = 0.62f + 0.16f * bell(north, 0, 20);
    u850 = -5 * bell(away, 12, 8) + 9 * bell(std::abs(latitude), 48, 13);
    rain = 1 + 7 * bell(north, 0, 7) + 2 * bell(std::abs(latitude), 48, 12);
    unrest = static_cast<float>(0.25 + 0.75 * std::min(1.0, std::abs(latitude) / 45));
    coriolis = static_cast<float>(1.458e-4 * sine);
  }
  float psl, trefht, t500, t200, tmq, humidity, u850;
  float rain;      // mm a day
  float unrest;    // of temperatures, as a share of that of middle latitudes
  float coriolis;  // 1/s
};

/// m2/s: noise of all scales and a planetary wave in each hemisphere; none at the poles, little in the tropics.
std::vector<float> stream_function(const WeatherGrid& grid, std::uint64_t seed) {
  // Gains are winds times lengths: 2 to 3 m/s at 1,000 to 5,000 km, less below.
  std::vector<float> psi =
      weather_noise(grid, seed, {{45, 1.2e7}, {22.5, 6e6}, {11.25, 2.4e6}, {5.625, 7e5}, {2.8125, 2e5}});
  RandomStream stream(seed + 1);
  for (const double hemisphere : {-1.0, 1.0}) {
    const auto number = static_cast<double>(3 + stream.below(4));
    const double phase = stream.uniform(0, 360), gain = stream.uniform(1, 4) * metres_a_radian * 0.7 / number;
    for (std::size_t i = 0; i < psi.size(); ++i) {
      const double latitude = grid.latitudes[i / grid.longitudes.size()];
      const double longitude = grid.longitudes[i % grid.longitudes.size()];
      psi[i] += static_cast<float>(gain * std::cos((number * longitude + phase) * degree)) *
                bell(hemisphere * latitude, 47, 16);
    }
  }
  for (std::size_t i = 0; i < psi.size(); ++i) {
    const double latitude = grid.latitudes[i / grid.longitudes.size()];
    const double away = std::abs(latitude);
    psi[i] *= static_cast<float>(std::min({1.0, (90 - away) / 20, 0.4 + 0.6 * away / 40}));
  }
  return psi;
}

/// Adds the winds of a stream function: u = -d psi / dy, v = d psi / dx.
void add_winds(const WeatherGrid& grid, const std::vector<float>& psi, WeatherState& state) {
  const std::size_t height = grid.latitudes.size(), width = grid.longitudes.size();
  for (std::size_t y = 0; y < height; ++y) {
    const std::size_t up = std::min(y + 1, height - 1), down = y == 0 ? 0 : y - 1;
    const double metres_north = (grid.latitudes[up] - grid.latitudes[down]) * degree * metres_a_radian;
    const double metres_east = 2 * 360 / static_cast<double>(width) * degree * metres_a_radian *
                               std::max(0.2, std::cos(grid.latitudes[y] * degree));
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t right = x + 1 == width ? 0 : x + 1, left = x == 0 ? width - 1 : x - 1;
      state.u850[y * width + x] -= (psi[up * width + x] - psi[down * width + x]) / static_cast<float>(metres_north);
      state.v850[y * width + x] += (psi[y * width + right] - psi[y * width + left]) / static_cast<float>(metres_east);
    }
  }
}

std::vector<float> altitude(const WeatherGrid& grid) {
  std::vector<float> metres = weather_noise(grid, land_seed, {{45, 1}, {15, 0.4}, {5, 0.15}, {2.5, 0.08}});
  for (float& value : metres) {
    const float above = std::max(0.0f, value - 0.3f);  // a third of the Earth is land
    value = std::min(5000.0f, 600 * above * above + 150 * above);
  }
  return metres;
}

}  // namespace

WeatherState climate_state(const WeatherGrid& grid, std::uint64_t seed) {
  RandomStream stream(seed);
  const double shift = 4 * std::sin(stream.uniform(0, 360) * degree);
  const std::vector<float> psi = stream_function(grid, stream.bits());
  const auto noise = [&](std::initializer_list<NoiseScale> scales) {
    return weather_noise(grid, stream.bits(), scales);
  };
  WeatherState state;
  state.altitude = altitude(grid);
  state.trefht = noise({{45, 3.5}, {22.5, 3.5}, {11.25, 2}, {5.625, 1}, {2.8125, 0.5}});
  state.t500 = noise({{45, 4}, {22.5, 2.5}, {11.25, 1.2}, {5.625, 0.5}});
  state.t200 = noise({{45, 4}, {22.5, 2.5}, {11.25, 1.2}, {5.625, 0.5}});
  state.tmq = noise({{45, 0.08}, {22.5, 0.1}, {11.25, 0.1}, {5.625, 0.08}, {2.8125, 0.06}, {1.40625, 0.04}});
  state.humidity = noise({{22.5, 0.06}, {11.25, 0.06}, {5.625, 0.05}, {2.8125, 0.03}});
  state.prect = noise({{22.5, 0.4}, {11.25, 0.5}, {5.625, 0.5}, {2.8125, 0.45}, {1.40625, 0.35}});
  state.psl.resize(psi.size()), state.u850.resize(psi.size()), state.v850.resize(psi.size());
  const std::size_t width = grid.longitudes.size();
  for (std::size_t y = 0; y < grid.latitudes.size(); ++y) {
    const ZonalMeans mean(grid.latitudes[y], shift);
    for (std::size_t i = y * width; i < (y + 1) * width; ++i) {
      state.psl[i] = mean.psl + 1.15f * mean.coriolis * psi[i];  // density of air, kg/m3
      state.trefht[i] = mean.trefht + mean.unrest * state.trefht[i] - lapse * state.altitude[i];
      state.t500[i] = mean.t500 + mean.unrest * state.t500[i], state.t200[i] = mean.t200 + mean.unrest * state.t200[i];
      state.humidity[i] = mean.humidity + state.humidity[i];
      state.prect[i] = mean.rain / 8.64e7f * std::exp(1.2f * state.prect[i] - 0.72f);  // logarithms are normal
      state.tmq[i] = mean.tmq * std::exp(state.tmq[i]) * std::exp(-state.altitude[i] / 4000);
      state.u850[i] = mean.u850;
    }
  }
  add_winds(grid, psi, state);
  return state;
}

std::vector<float> weather_fields(const WeatherState& state) {
  const std::size_t pixels = state.psl.size();
  std::vector<float> fields(16 * pixels);
  const auto channel = [&](WeatherChannel of) { return &fields[static_cast<std::size_t>(of) * pixels]; };
  std::ranges::copy(state.tmq, channel(WeatherChannel::tmq));
  std::ranges::copy(state.u850, channel(WeatherChannel::u850));
  std::ranges::copy(state.v850, channel(WeatherChannel::v850));
  std::ranges::copy(state.psl, channel(WeatherChannel::psl));
  std::ranges::copy(state.t200, channel(WeatherChannel::t200));
  std::ranges::copy(state.t500, channel(WeatherChannel::t500));
  std::ranges::copy(state.prect, channel(WeatherChannel::prect));
  std::ranges::copy(state.trefht, channel(WeatherChannel::trefht));
  for (std::size_t i = 0; i < pixels; ++i) {
    const float kelvin = state.trefht[i], ground = state.altitude[i];
    const float ps = state.psl[i] * std::exp(-ground / (metres_a_kelvin * (kelvin + lapse * ground / 2)));
    const float vapour = 611 * std::exp(17.27f * (kelvin - 273.15f) / (kelvin - 35.85f));  // Pa, Tetens 1930
    const float z1000 = metres_a_kelvin * kelvin * std::log(state.psl[i] / 100000);
    const float layer = 0.35f * (kelvin + lapse * ground) + 0.45f * state.t500[i] + 0.2f * state.t200[i];
    channel(WeatherChannel::ubot)[i] = 0.7f * state.u850[i], channel(WeatherChannel::vbot)[i] = 0.7f * state.v850[i];
    channel(WeatherChannel::qrefht)[i] = std::clamp(state.humidity[i], 0.1f, 1.0f) * 0.622f * vapour / ps;
    channel(WeatherChannel::ps)[i] = ps;
    channel(WeatherChannel::ts)[i] = kelvin + (ground > 0 ? 0.5f : 1.0f);
    channel(WeatherChannel::z1000)[i] = z1000;
    channel(WeatherChannel::z200)[i] = z1000 + metres_a_kelvin * layer * std::log(5.0f);  // hypsometric
    channel(WeatherChannel::zbot)[i] =
        metres_a_kelvin * kelvin * 0.0075f;  // CAM's lowest level: 0.9925 of the ground's
  }
  return fields;
}

}  // namespace stormsweep
