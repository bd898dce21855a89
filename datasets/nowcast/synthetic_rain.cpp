#include "datasets/nowcast/synthetic_rain.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "datasets/files/spline_knots.hpp"
#include "datasets/nowcast/nowcast_patches.hpp"
#include "search/base/random.hpp"

namespace stormsweep {

namespace {

constexpr float step_minutes = 10;
constexpr std::array<float, 6> sizes{96, 48, 24, 12, 6, 3};  // km between the knots of a noise

// Amplitude ~ size^0.55: a spectrum near k^-2.1, as of rain fields in decibels. Life ~ size^0.6 from 15 min at 3 km:
// about what Germann, Zawadzki and Turner (2006) found of radar images, followed along the wind.
float amplitude(float size) {
  return std::pow(size / 96, 0.55f);
}
float life_minutes(float size) {
  return 15 * std::pow(size / 3, 0.6f);
}

/// A world's weather of one sample.
struct Weather {
  explicit Weather(RandomStream stream) {
    const double speed = stream.uniform(0.5, 1.3), heading = stream.uniform(0, 2 * std::numbers::pi);  // km/min
    down = static_cast<float>(speed * std::sin(heading)), right = static_cast<float>(speed * std::cos(heading));
    threshold = static_cast<float>(stream.uniform(0.15, 1.6));
    decibels = static_cast<float>(stream.uniform(9, 13));
    growth = static_cast<float>(0.15 * stream.normal() / 60);
    noise = stream.bits();
  }
  float down = 0, right = 0;  // pixels a minute
  float threshold = 0;        // in deviations of the noise: it rains above it
  float decibels = 0;         // of rain rate for one deviation
  float growth = 0;           // deviations a minute
  std::uint64_t noise = 0;    // seed
};

/// Uniform, of variance 1.
float knot_value(std::uint64_t seed, std::int64_t row, std::int64_t column) {
  RandomStream stream(seed ^ (static_cast<std::uint64_t>(row) * 0xd1342543de82ef95ULL +
                              static_cast<std::uint64_t>(column) * 0xaf251af3b0f025b5ULL));
  return static_cast<float>((2 * stream.uniform() - 1) * std::numbers::sqrt3);
}

/// Adds `gain` times one noise at `minutes` to `field` [side, side].
void add_noise(const Weather& weather, std::size_t octave, float minutes, float gain, std::int64_t side,
               std::vector<float>& field) {
  const float size = sizes[octave];
  RandomStream stream(weather.noise + octave);
  const auto phase = static_cast<float>(stream.uniform());
  const float top = static_cast<float>(stream.uniform(0, 1000)) - minutes * weather.down / size;
  const float left = static_cast<float>(stream.uniform(0, 1000)) - minutes * weather.right / size;
  // An old noise fades out while a new one fades in; the squares of their weights sum to 1.
  const float age = minutes / life_minutes(size) + phase,
              turn = (age - std::floor(age)) * std::numbers::pi_v<float> / 2;
  const std::uint64_t old_seed = stream.bits() + static_cast<std::uint64_t>(age), new_seed = old_seed + 1;

  const std::int64_t first_row = SplineKnots(top).first, first_column = SplineKnots(left).first;
  const auto count = static_cast<std::int64_t>(static_cast<float>(side) / size) + 5;
  std::vector<float> knots(static_cast<std::size_t>(count * count));
  for (std::int64_t i = 0; i < count * count; ++i) {
    const std::int64_t row = first_row + i / count, column = first_column + i % count;
    knots[static_cast<std::size_t>(i)] = gain * (std::cos(turn) * knot_value(old_seed, row, column) +
                                                 std::sin(turn) * knot_value(new_seed, row, column));
  }
  std::vector<float> rows(static_cast<std::size_t>(count * side));  // along the columns first: [count, side]
  for (std::int64_t x = 0; x < side; ++x) {
    const SplineKnots at(left + static_cast<float>(x) / size);
    for (std::int64_t row = 0; row < count; ++row) {
      const float* const values = &knots[static_cast<std::size_t>(row * count + at.first - first_column)];
      float sum = 0;
      for (std::size_t k = 0; k < 4; ++k) sum += at.weights[k] * values[k];
      rows[static_cast<std::size_t>(row * side + x)] = sum;
    }
  }
  for (std::int64_t y = 0; y < side; ++y) {
    const SplineKnots at(top + static_cast<float>(y) / size);
    at.add_between(&rows[static_cast<std::size_t>((at.first - first_row) * side)],
                   {&field[static_cast<std::size_t>(y * side)], static_cast<std::size_t>(side)});
  }
}

/// Above the threshold, decibels of rain rate from -10 (0.1 mm/h) up.
std::uint16_t stored_rain(float above, float decibels) {
  if (above < 0) return 0;
  const float rate = 0.1f * std::exp(above * decibels * std::numbers::ln10_v<float> / 10);
  return static_cast<std::uint16_t>(std::min(100 * rate + 0.5f, 65534.0f));
}

}  // namespace

void make_rain(std::uint64_t seed, std::uint64_t number, std::int64_t side, std::span<std::uint16_t> frames) {
  RandomStream of_world(seed);
  const Weather weather(RandomStream(of_world.bits() + number));
  float variance = 0;
  for (const float size : sizes) variance += amplitude(size) * amplitude(size);
  const auto deviation = static_cast<float>(spline_deviation), knot_variance = deviation * deviation;
  const auto pixels = static_cast<std::size_t>(side * side);
  std::vector<float> field(pixels);
  for (std::size_t frame = 0; frame < nowcast_frames; ++frame) {
    const float minutes = step_minutes * static_cast<float>(frame);
    std::ranges::fill(field, 0.0f);
    for (std::size_t octave = 0; octave < sizes.size(); ++octave)
      add_noise(weather, octave, minutes, amplitude(sizes[octave]) / std::sqrt(variance * knot_variance), side, field);
    const float threshold = weather.threshold - weather.growth * minutes;
    std::ranges::transform(field, frames.begin() + static_cast<std::ptrdiff_t>(frame * pixels),
                           [&](float value) { return stored_rain(value - threshold, weather.decibels); });
  }
}

}  // namespace stormsweep
