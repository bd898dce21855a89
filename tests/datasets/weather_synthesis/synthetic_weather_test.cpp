#include "datasets/weather_synthesis/synthetic_weather.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "datasets/weather_synthesis/planted_weather.hpp"
#include "datasets/weather_synthesis/weather_noise.hpp"
#include "search/base/sphere.hpp"

using namespace stormsweep;

namespace {

constexpr double radians = std::numbers::pi / 180;

std::span<const float> channel(const SyntheticWeather& weather, WeatherChannel of) {
  return std::span(weather.fields).subspan(static_cast<std::size_t>(of) * weather.truth.size(), weather.truth.size());
}

/// Mean of a channel over the pixels of a class between two latitudes of either hemisphere.
struct Mean {
  double sum = 0;
  std::int64_t count = 0;
  void add(const WeatherGrid& grid, std::span<const float> field, std::span<const std::uint8_t> truth,
           std::uint8_t label, double low, double high) {
    for (std::size_t i = 0; i < field.size(); ++i) {
      const double latitude = std::abs(grid.latitudes[i / grid.longitudes.size()]);
      if (truth[i] == label && latitude >= low && latitude < high) sum += field[i], ++count;
    }
  }
  double value() const { return sum / static_cast<double>(count); }
};

/// Cyclonic vorticity at 850 hPa, by central differences.
double vorticity(const WeatherGrid& grid, const SyntheticWeather& weather, std::size_t pixel) {
  const std::size_t width = grid.longitudes.size(), y = pixel / width, x = pixel % width;
  const auto u = channel(weather, WeatherChannel::u850), v = channel(weather, WeatherChannel::v850);
  const double metre = 1000 * earth_radius * radians;
  const double north = metre * (grid.latitudes[y + 1] - grid.latitudes[y - 1]);
  const double east = metre * 720 / static_cast<double>(width) * std::cos(grid.latitudes[y] * radians);
  const double turn = (v[y * width + (x + 1) % width] - v[y * width + (x + width - 1) % width]) / east -
                      (u[(y + 1) * width + x] - u[(y - 1) * width + x]) / north;
  return grid.latitudes[y] < 0 ? -turn : turn;
}

}  // namespace

TEST_CASE("synthetic weather: classes are rare, as in the paper") {
  const WeatherGrid grid = global_grid(96, 144);
  std::array<double, 3> pixels{};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    for (const std::uint8_t label : synthetic_weather(grid, seed).truth) ++pixels[label];
  }
  const double all = pixels[0] + pixels[1] + pixels[2];
  CHECK(pixels[1] / all > 0.001);
  CHECK(pixels[1] / all < 0.005);
  CHECK(pixels[2] / all > 0.012);
  CHECK(pixels[2] / all < 0.03);
}

TEST_CASE("synthetic weather: the planted signs are where the truth is, at every resolution") {
  using enum WeatherChannel;
  for (const auto [height, width] : {std::array{32, 48}, std::array{96, 144}, std::array{192, 288}}) {
    const WeatherGrid grid = global_grid(height, width);
    std::array<Mean, 2> psl, t200, t500, prect, tmq, river_tmq, river_wind;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      const SyntheticWeather weather = synthetic_weather(grid, seed);
      std::vector<float> speed(weather.truth.size());
      for (std::size_t i = 0; i < speed.size(); ++i)
        speed[i] = std::hypot(channel(weather, u850)[i], channel(weather, v850)[i]);
      for (const std::size_t storm : {0, 1}) {
        const auto add = [&](Mean& mean, std::span<const float> field, std::uint8_t label, double low, double high) {
          mean.add(grid, field, weather.truth, storm ? label : std::uint8_t{0}, low, high);
        };
        add(psl[storm], channel(weather, WeatherChannel::psl), 1, 8, 30);
        add(t200[storm], channel(weather, WeatherChannel::t200), 1, 8, 30);
        add(t500[storm], channel(weather, WeatherChannel::t500), 1, 8, 30);
        add(prect[storm], channel(weather, WeatherChannel::prect), 1, 8, 30);
        add(tmq[storm], channel(weather, WeatherChannel::tmq), 1, 8, 30);
        add(river_tmq[storm], channel(weather, WeatherChannel::tmq), 2, 35, 55);
        add(river_wind[storm], speed, 2, 35, 55);
      }
    }
    CHECK(psl[0].value() - psl[1].value() > 1000);
    CHECK(t200[1].value() - t200[0].value() > 1.5);
    CHECK(t500[1].value() - t500[0].value() > 1.5);
    CHECK(prect[1].value() > 10 * prect[0].value());
    CHECK(tmq[1].value() - tmq[0].value() > 6);
    CHECK(river_tmq[1].value() - river_tmq[0].value() > 15);
    CHECK(river_wind[1].value() - river_wind[0].value() > 8);
  }
}

TEST_CASE(
    "synthetic weather: cyclones turn fast enough for the rule at every resolution, in their hemisphere's sense") {
  for (const auto [height, width] :
       {std::array{32, 48}, std::array{96, 144}, std::array{192, 288}, std::array{384, 576}}) {
    const WeatherGrid grid = global_grid(height, width);
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      const SyntheticWeather weather = synthetic_weather(grid, seed);
      for (const int hemisphere : {-1, 1}) {
        double most = 0;
        bool any = false;
        for (std::size_t i = 0; i < weather.truth.size(); ++i) {
          if (weather.truth[i] != 1 || grid.latitudes[i / grid.longitudes.size()] * hemisphere < 5) continue;
          any = true, most = std::max(most, vorticity(grid, weather, i));
        }
        if (any) CHECK(most > 1.6e-4);
      }
    }
  }
}

TEST_CASE("synthetic weather: numbers that are possible on Earth") {
  const WeatherGrid grid = global_grid(96, 144);
  const std::array<std::array<float, 2>, 16> bounds{{{0, 90},          // TMQ
                                                     {-90, 90},        // U850
                                                     {-90, 90},        // V850
                                                     {-80, 80},        // UBOT
                                                     {-80, 80},        // VBOT
                                                     {0, 0.05f},       // QREFHT
                                                     {45000, 110000},  // PS
                                                     {90000, 110000},  // PSL
                                                     {190, 250},       // T200
                                                     {210, 290},       // T500
                                                     {0, 2e-4f},       // PRECT
                                                     {190, 325},       // TS
                                                     {190, 325},       // TREFHT
                                                     {-1000, 1000},    // Z1000
                                                     {10000, 14000},   // Z200
                                                     {40, 75}}};       // ZBOT
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const SyntheticWeather weather = synthetic_weather(grid, seed);
    for (std::size_t c = 0; c < 16; ++c) {
      CAPTURE(c);
      const auto [least, most] = std::ranges::minmax(channel(weather, static_cast<WeatherChannel>(c)));
      CHECK(least >= bounds[c][0]);
      CHECK(most <= bounds[c][1]);
      CHECK(least < most);
    }
  }
}

TEST_CASE("synthetic weather: the seed decides; a finer grid shows the same weather") {
  const SyntheticWeather one = synthetic_weather(global_grid(48, 72), 1);
  CHECK(one.fields == synthetic_weather(global_grid(48, 72), 1).fields);
  CHECK(one.fields != synthetic_weather(global_grid(48, 72), 2).fields);
  // Both grids share rows: a step of 1/95 of the way from pole to pole is two of 1/190.
  const SyntheticWeather coarse = synthetic_weather(global_grid(96, 144), 3),
                         fine = synthetic_weather(global_grid(191, 288), 3);
  const auto a = channel(coarse, WeatherChannel::t500), b = channel(fine, WeatherChannel::t500);
  double difference = 0;
  for (std::size_t y = 0; y < 96; ++y) {
    for (std::size_t x = 0; x < 144; ++x) difference += std::abs(a[y * 144 + x] - b[2 * y * 288 + 2 * x]);
  }
  CHECK(difference / (96 * 144) < 0.1);
}

TEST_CASE("planted weather: a round one by hand") {
  const WeatherGrid grid = global_grid(181, 360);  // pixels of one degree
  for (const double latitude : {-20.0, 20.0}) {
    WeatherState state;
    for (auto* field :
         {&state.psl, &state.t200, &state.t500, &state.tmq, &state.humidity, &state.prect, &state.u850, &state.v850})
      field->resize(181 * 360);
    RoundWeather cyclone{latitude, 0, 500};  // at the edge of the map
    cyclone.pressure = -4000, cyclone.warmth = 5, cyclone.wind = 40, cyclone.vapour = 20, cyclone.rain = 1e-6;
    const std::vector<std::size_t> inside = plant(grid, cyclone, state);
    const auto row = static_cast<std::size_t>(latitude + 90);
    const std::size_t centre = row * 360;
    CHECK(state.psl[centre] == -4000);
    CHECK(state.t200[centre] == 5);
    CHECK(state.u850[centre] == 0);
    // A disc of 500 km in pixels of 111.2 x 104.5 km, on both sides of the edge.
    CHECK(static_cast<double>(inside.size()) ==
          doctest::Approx(std::numbers::pi * 25e4 / (111.2 * 104.5)).epsilon(0.1));
    CHECK(std::ranges::count(inside, row * 360 + 359) == 1);
    CHECK(std::ranges::count(inside, row * 360 + 1) == 1);
    const double distance = 3 * earth_radius * radians * std::cos(latitude * radians), share = distance / 500;
    CHECK(state.psl[centre + 3] == doctest::Approx(-4000 * std::exp(-share * share)).epsilon(1e-3));
    const double r = distance / (500 / 1.5), speed = 40 * r * std::exp(0.5 * (1 - r * r));
    const double spin = latitude < 0 ? -1 : 1;  // to the east of the centre it blows poleward
    CHECK(state.v850[centre + 3] == doctest::Approx(spin * speed).epsilon(1e-3));
    CHECK(state.v850[row * 360 + 357] == doctest::Approx(-spin * speed).epsilon(1e-3));
    CHECK(state.u850[centre + 360] * spin < 0);  // westward, north of a northern cyclone
  }
}

TEST_CASE("planted weather: a long one goes poleward and has its width and length") {
  const WeatherGrid grid = global_grid(361, 720);  // pixels of half a degree
  for (const double latitude : {-20.0, 20.0}) {
    WeatherState state;
    for (auto* field : {&state.trefht, &state.tmq, &state.humidity, &state.prect, &state.u850, &state.v850})
      field->resize(361 * 720);
    LongWeather river{latitude, 359, 3000, 600};
    river.wind = 25, river.vapour = 20;
    const std::vector<std::size_t> inside = plant(grid, river, state);
    double area = 0;
    const std::vector<double> areas = grid.row_areas();
    for (const std::size_t i : inside) area += areas[i / 720];
    CHECK(area == doctest::Approx(0.9 * 3000 * 600).epsilon(0.03));  // the ends fade
    const double hemisphere = latitude < 0 ? -1 : 1;
    // In its middle, 13.5 degrees on, there is the whole anomaly; half a width aside there is half of it.
    const auto row = static_cast<std::size_t>(2 * (90 + latitude + hemisphere * 13.5));
    CHECK(state.tmq[row * 720 + 718] == doctest::Approx(20).epsilon(0.01));
    CHECK(state.v850[row * 720 + 718] == doctest::Approx(25 * hemisphere).epsilon(0.01));
    const double columns = 300 / (earth_radius * radians * 0.5 * std::cos(33.5 * radians));  // 6.47
    CHECK(state.tmq[row * 720 + 718 - static_cast<std::size_t>(columns)] > 10);
    CHECK(state.tmq[row * 720 + 718 - static_cast<std::size_t>(columns) - 1] < 10);
  }
}

TEST_CASE("weather noise: deviation as asked for, no seam at the edge, fine scales left out") {
  const WeatherGrid grid = global_grid(180, 360);
  double squares = 0, step = 0, seam = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<float> noise = weather_noise(grid, seed, {{20, 3}, {10, 4}});
    for (std::size_t y = 0; y < 180; ++y) {
      for (std::size_t x = 0; x < 360; ++x) squares += noise[y * 360 + x] * noise[y * 360 + x];
      step += std::abs(noise[y * 360 + 100] - noise[y * 360 + 99]),
          seam += std::abs(noise[y * 360] - noise[y * 360 + 359]);
    }
  }
  CHECK(std::sqrt(squares / (20 * 180 * 360)) == doctest::Approx(5).epsilon(0.1));
  CHECK(seam / step == doctest::Approx(1).epsilon(0.2));
  CHECK(weather_noise(grid, 1, {{20, 3}, {1.5, 4}}) == weather_noise(grid, 1, {{20, 3}}));
}
