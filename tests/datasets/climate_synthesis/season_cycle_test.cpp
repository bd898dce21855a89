#include "datasets/climate_synthesis/season_cycle.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

using namespace stormsweep;

TEST_CASE("a slab answers a wave of sunshine later and less, as its heat capacity says") {
  constexpr double turn = 2 * std::numbers::pi / 12;
  std::array<double, 12> sun{};
  for (std::size_t m = 0; m < 12; ++m) sun[m] = 300 + 100 * std::cos(turn * (static_cast<double>(m) - 6));
  for (const double inertia : {0.0, 6.0, 25.0}) {
    const auto warmth = SeasonSlab{inertia}.cycle(sun);
    // 6 T + inertia T' = 0.5 * 100 cos: the amplitude is 50 / |6 + i inertia|, and the delay the angle of 6 + i
    // inertia.
    const double amplitude = 50 / std::hypot(6, inertia), late = std::atan2(inertia, 6);
    for (std::size_t m = 0; m < 12; ++m)
      CHECK(warmth[m] == doctest::Approx(amplitude * std::cos(turn * (static_cast<double>(m) - 6) - late)));
  }
}
