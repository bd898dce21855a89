#include "datasets/climate_synthesis/climate_modes.hpp"

#include <cmath>

#include "search/base/random.hpp"
#include "search/base/seed.hpp"
#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

constexpr std::uint64_t most_waves = 6;  // around a circle of latitude: 60 degrees of longitude each

/// A train of waves around the Earth within a band of latitudes.
struct Wave {
  explicit Wave(RandomStream& stream)
      : waves(static_cast<double>(1 + stream.below(most_waves))),  // so that the mean around the Earth is 0
        phase(stream.uniform(0, 360)),
        centre(std::asin(stream.uniform(-1, 1)) / degree),
        width(stream.uniform(12, 30)) {}
  double at(double latitude, double longitude) const {
    const double away = (latitude - centre) / width;
    return std::exp(-away * away / 2) * std::cos((waves * longitude + phase) * degree);
  }
  double waves, phase, centre, width;
};

}  // namespace

ClimateModes::ClimateModes(const ClimateGrid& grid, std::uint64_t seed) {
  RandomStream stream(derive_seed(seed, "climate modes"));
  const auto cells = static_cast<std::size_t>(grid.cells());
  std::vector<float> variance(cells, 1e-6f);
  for (std::size_t mode = 0; mode < count; ++mode) {
    const Wave wave(stream);
    std::size_t cell = 0;
    for (const double latitude : grid.latitudes) {
      for (const double longitude : grid.longitudes) {
        const auto value = static_cast<float>(wave.at(latitude, longitude));
        patterns_.push_back(value), variance[cell++] += value * value;
      }
    }
  }
  for (std::size_t i = 0; i < patterns_.size(); ++i) patterns_[i] /= std::sqrt(variance[i % cells]);
}

void ClimateModes::add(std::span<const double, count> amplitudes, std::span<float> field) const {
  for (std::size_t mode = 0; mode < count; ++mode) {
    const auto amplitude = static_cast<float>(amplitudes[mode]);
    const float* const pattern = &patterns_[mode * field.size()];
    for (std::size_t cell = 0; cell < field.size(); ++cell) field[cell] += amplitude * pattern[cell];
  }
}

}  // namespace stormsweep
