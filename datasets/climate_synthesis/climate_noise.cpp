#include "datasets/climate_synthesis/climate_noise.hpp"

#include <cmath>
#include <numbers>

namespace stormsweep {

PacificOscillation::PacificOscillation(std::uint64_t seed) : stream_(seed) {
  for (int month = 0; month < 120; ++month) next();  // until its start from rest is forgotten
}

/// A process of second order; its variance is that of Box and Jenkins 1976, section 3.2.4.
double PacificOscillation::next() {
  constexpr double damping = 0.96, period = 48;
  const double square = damping * damping, turn = 2 * damping * std::cos(2 * std::numbers::pi / period);
  const double kick = std::sqrt((1 - square) * ((1 + square) * (1 + square) - turn * turn) / (1 + square));
  const double value = turn * now_ - square * before_ + kick * stream_.normal();
  before_ = now_, now_ = value;
  return value;
}

ModeWeather::ModeWeather(std::uint64_t seed, double memory) : stream_(seed), memory_(memory) {
  for (double& amplitude : amplitudes_) amplitude = stream_.normal();
}

const std::array<double, ClimateModes::count>& ModeWeather::next() {
  const double fresh = std::sqrt(1 - memory_ * memory_);
  for (double& amplitude : amplitudes_) amplitude = memory_ * amplitude + fresh * stream_.normal();
  return amplitudes_;
}

}  // namespace stormsweep
