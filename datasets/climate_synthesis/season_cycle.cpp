#include "datasets/climate_synthesis/season_cycle.hpp"

#include <complex>
#include <numbers>

namespace stormsweep {

std::array<double, 12> SeasonSlab::cycle(const std::array<double, 12>& insolation) const {
  constexpr double absorbed = 0.5, damping = 6;
  std::array<double, 12> warmth{};
  for (int wave = 1; wave <= 2; ++wave) {
    const auto turn = [&](std::size_t month) {
      return std::polar(1.0, 2 * std::numbers::pi * wave * static_cast<double>(month) / 12);
    };
    std::complex<double> sun = 0;
    for (std::size_t m = 0; m < 12; ++m) sun += insolation[m] * std::conj(turn(m)) / 6.0;
    const std::complex<double> answer = absorbed * sun / std::complex(damping, wave * inertia);
    for (std::size_t m = 0; m < 12; ++m) warmth[m] += std::real(answer * turn(m));
  }
  return warmth;
}

}  // namespace stormsweep
