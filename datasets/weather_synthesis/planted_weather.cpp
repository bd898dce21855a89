#include "datasets/weather_synthesis/planted_weather.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

constexpr double stride = 25;          // km between the points of a path
constexpr double poleward_limit = 68;  // degrees, where paths end
constexpr double share_at_ends = 0.1;  // of a path's length, over which its anomalies grow and fade

/// `tmq` with `more` vapour, within what air can hold, kg/m2.
float with_vapour(float tmq, float more) {
  return std::clamp(tmq + more, 1.0f, 85.0f);
}

/// Calls visit(pixel, east, north), both in km from the place, for each pixel within `reach` km both ways.
template <class Visit>
void each_near(const WeatherGrid& grid, double latitude, double longitude, double reach, const Visit& visit) {
  const double step = grid.column_step();
  const double centre = std::round((longitude - grid.longitudes.front()) / step);
  for (std::int64_t y = 0; y < grid.height(); ++y) {
    const double at = grid.latitudes[static_cast<std::size_t>(y)];
    const double north = (at - latitude) * degree * earth_radius;
    if (std::abs(north) > reach) continue;
    const double side = std::max(0.01, std::cos(at * degree)) * degree * earth_radius;  // km a degree of longitude
    const auto half = std::min((grid.width() - 1) / 2, static_cast<std::int64_t>(reach / (side * step)) + 1);
    for (std::int64_t k = -half; k <= half; ++k) {
      std::int64_t x = static_cast<std::int64_t>(centre) + k;
      const double east = (grid.longitudes.front() + static_cast<double>(x) * step - longitude) * side;
      if (grid.periodic()) x = (x % grid.width() + grid.width()) % grid.width();
      if (x < 0 || x >= grid.width()) continue;
      visit(static_cast<std::size_t>(y * grid.width() + x), east, north);
    }
  }
}

struct PathPoint {
  double latitude, longitude;
  double east, north;  // direction, of length 1
  double share;        // of anomalies: less than 1 near the ends
};

std::vector<PathPoint> path_of(const LongWeather& weather) {
  std::vector<PathPoint> path;
  const double hemisphere = weather.latitude < 0 ? -1 : 1;
  double latitude = weather.latitude, longitude = weather.longitude;
  for (double gone = 0; gone <= weather.length && std::abs(latitude) < poleward_limit; gone += stride) {
    const double t = gone / weather.length;
    const double heading =
        (weather.heading + weather.bend * t + weather.swing * std::sin(2 * std::numbers::pi * t)) * degree;
    const double east = std::sin(heading), north = hemisphere * std::cos(heading);
    path.push_back({latitude, longitude, east, north, 1});
    const double degrees = stride / earth_radius / degree;
    latitude += degrees * north, longitude += degrees * east / std::cos(latitude * degree);
  }
  const auto last = static_cast<double>(path.size() - 1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const double t = static_cast<double>(i) / last;
    path[i].share = std::min({1.0, t / share_at_ends, (1 - t) / share_at_ends});
  }
  return path;
}

/// The point of a path that is nearest to a pixel.
struct Nearest {
  float square = std::numeric_limits<float>::max();  // km2
  std::uint32_t point = 0;
};

std::vector<Nearest> nearest_points(const WeatherGrid& grid, const std::vector<PathPoint>& path, double reach) {
  std::vector<Nearest> nearest(grid.latitudes.size() * grid.longitudes.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    each_near(grid, path[i].latitude, path[i].longitude, reach, [&](std::size_t pixel, double east, double north) {
      const auto square = static_cast<float>(east * east + north * north);
      if (square < nearest[pixel].square) nearest[pixel] = {square, static_cast<std::uint32_t>(i)};
    });
  }
  return nearest;
}

}  // namespace

double pixel_side(const WeatherGrid& grid, double latitude) {
  return earth_radius * degree *
         std::sqrt(std::abs(grid.row_step() * grid.column_step()) * std::cos(latitude * degree));
}

std::vector<std::size_t> plant(const WeatherGrid& grid, const RoundWeather& weather, WeatherState& state) {
  std::vector<std::size_t> inside;
  const double spin = weather.latitude < 0 ? -1 : 1, fastest = weather.radius / 1.5;
  each_near(grid, weather.latitude, weather.longitude, 2.5 * weather.radius,
            [&](std::size_t i, double east, double north) {
              const double square = (east * east + north * north) / (weather.radius * weather.radius);
              const auto share = static_cast<float>(std::exp(-square));
              state.psl[i] += share * static_cast<float>(weather.pressure);
              state.t200[i] += share * static_cast<float>(weather.warmth);
              state.t500[i] += share * static_cast<float>(weather.warmth);
              state.tmq[i] = with_vapour(state.tmq[i], share * static_cast<float>(weather.vapour));
              state.humidity[i] += share * static_cast<float>(weather.humidity);
              state.prect[i] += share * static_cast<float>(weather.rain);
              // Solid rotation inside, fading outside: fastest at `fastest`.
              const double turn = spin * weather.wind / fastest * std::exp(0.5 * (1 - 2.25 * square));
              state.u850[i] -= static_cast<float>(turn * north), state.v850[i] += static_cast<float>(turn * east);
              if (square <= 1) inside.push_back(i);
            });
  return inside;
}

std::vector<std::size_t> plant(const WeatherGrid& grid, const LongWeather& weather, WeatherState& state) {
  const std::vector<PathPoint> path = path_of(weather);
  const double reach = weather.width;  // nothing of the anomaly is left there
  const std::vector<Nearest> nearest = nearest_points(grid, path, reach);
  std::vector<std::size_t> inside;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    if (nearest[i].square > reach * reach) continue;
    const PathPoint& point = path[nearest[i].point];
    const double halves = nearest[i].square / (weather.width * weather.width / 4);
    const auto share = static_cast<float>(point.share * std::exp2(-halves * halves));
    state.tmq[i] = with_vapour(state.tmq[i], share * static_cast<float>(weather.vapour));
    state.trefht[i] += share * static_cast<float>(weather.warmth);
    state.humidity[i] += share * static_cast<float>(weather.humidity);
    state.prect[i] += share * static_cast<float>(weather.rain);
    state.u850[i] += share * (static_cast<float>(weather.wind * point.east) - state.u850[i]);
    state.v850[i] += share * (static_cast<float>(weather.wind * point.north) - state.v850[i]);
    if (share >= 0.5f) inside.push_back(i);
  }
  return inside;
}

}  // namespace stormsweep
