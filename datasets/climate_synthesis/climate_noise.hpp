#pragma once

#include <array>
#include <cstdint>

#include "datasets/climate_synthesis/climate_modes.hpp"
#include "search/base/random.hpp"

namespace stormsweep {

/// El Nino and La Nina: an oscillator of four years, kicked at random each month; mean 0, variance 1.
class PacificOscillation {
 public:
  explicit PacificOscillation(std::uint64_t seed);
  double next();

 private:
  RandomStream stream_;
  double now_ = 0, before_ = 0;
};

/// Amplitudes of modes, of which a share `memory` persists for a month; mean 0, variance 1.
class ModeWeather {
 public:
  ModeWeather(std::uint64_t seed, double memory);
  const std::array<double, ClimateModes::count>& next();

 private:
  RandomStream stream_;
  double memory_;
  std::array<double, ClimateModes::count> amplitudes_{};
};

}  // namespace stormsweep
