#include "datasets/climate_synthesis/generated_forcings.hpp"

#include <doctest/doctest.h>

#include "tests/datasets/climate_synthesis/climate_world.hpp"

using namespace stormsweep;
using namespace stormsweep::climate_world;

TEST_CASE("generated forcings are those of the scenario") {
  const World& w = world();
  CHECK(w.high.co2[35 * 12 - 1] == doctest::Approx(563).epsilon(0.002));
  CHECK(w.low.ch4[85 * 12 - 1] == doctest::Approx(1056).epsilon(0.005));
  // 101 Mt a year over the Earth, in kg/m2/s
  CHECK(mean(w.high.so2, 0, 1, 0, everywhere) == doctest::Approx(101e9 / (365.25 * 86400) / 5.101e14).epsilon(0.01));
  CHECK(mean(w.high.rsdt, 0, 12, 0, everywhere) == doctest::Approx(340.3).epsilon(0.005));
}
