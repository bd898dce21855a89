#include "datasets/weather_synthesis/weather_noise.hpp"

#include <cmath>
#include <numbers>

#include "datasets/files/spline_knots.hpp"
#include "search/base/random.hpp"

namespace stormsweep {

namespace {

/// Knots of one scale: rows from pole to pole with one beyond each, columns around the Earth.
struct Lattice {
  Lattice(const NoiseScale& scale, std::uint64_t seed)
      : rows(static_cast<std::size_t>(std::ceil(180 / scale.degrees)) + 4),
        columns(static_cast<std::size_t>(std::lround(360 / scale.degrees))),
        values(rows * columns) {
    RandomStream stream(seed);
    const double reach = std::numbers::sqrt3 * scale.gain / spline_deviation;
    for (float& value : values) value = static_cast<float>(stream.uniform(-reach, reach));
  }
  std::size_t rows, columns;
  std::vector<float> values;
};

/// Interpolates between the columns of knots: [rows, width].
std::vector<float> along_rows(const Lattice& lattice, const WeatherGrid& grid) {
  const auto width = grid.longitudes.size();
  std::vector<float> out(lattice.rows * width);
  for (std::size_t x = 0; x < width; ++x) {
    const double round = grid.longitudes[x] / 360;
    const SplineKnots at((round - std::floor(round)) * static_cast<double>(lattice.columns));
    const auto first = static_cast<std::size_t>(at.first + 1);  // among the lattice's rows, which begin one before 0
    for (std::size_t row = 0; row < lattice.rows; ++row) {
      float sum = 0;
      for (std::size_t k = 0; k < 4; ++k)
        sum += at.weights[k] * lattice.values[row * lattice.columns + (first + k) % lattice.columns];
      out[row * width + x] = sum;
    }
  }
  return out;
}

void add_scale(const WeatherGrid& grid, const NoiseScale& scale, std::uint64_t seed, std::vector<float>& field) {
  const Lattice lattice(scale, seed);
  const std::vector<float> rows = along_rows(lattice, grid);
  const auto width = grid.longitudes.size();
  for (std::size_t y = 0; y < grid.latitudes.size(); ++y) {
    const SplineKnots at((grid.latitudes[y] + 90) / scale.degrees);
    at.add_between(&rows[static_cast<std::size_t>(at.first + 1) * width], {&field[y * width], width});
  }
}

}  // namespace

std::vector<float> weather_noise(const WeatherGrid& grid, std::uint64_t seed,
                                 std::initializer_list<NoiseScale> scales) {
  std::vector<float> field(grid.latitudes.size() * grid.longitudes.size());
  const double finest = 2 * 180 / static_cast<double>(grid.height());
  RandomStream seeds(seed);
  for (const NoiseScale& scale : scales) {
    const std::uint64_t of_scale = seeds.bits();
    if (scale.degrees >= finest) add_scale(grid, scale, of_scale, field);
  }
  return field;
}

}  // namespace stormsweep
