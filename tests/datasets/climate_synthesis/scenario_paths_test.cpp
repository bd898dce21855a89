#include "datasets/climate_synthesis/scenario_paths.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace stormsweep;

TEST_CASE("paths go through their three years, and stay above zero between them") {
  for (const ScenarioPath& path : scenario_paths) {
    for (const Pathway* one : {&path.co2, &path.ch4, &path.so2, &path.bc}) {
      CHECK(value_in(*one, 2015) == doctest::Approx((*one)[0]));
      CHECK(value_in(*one, 2050) == doctest::Approx((*one)[1]));
      CHECK(value_in(*one, 2100) == doctest::Approx((*one)[2]));
      for (double year = 2015; year <= 2101; ++year) CHECK(value_in(*one, year) > 0);
    }
  }
}

TEST_CASE("twice the CO2 are 3.7 W/m2") {  // Myhre et al. 1998
  CHECK(greenhouse_forcing(800, 1834) == doctest::Approx(5.35 * std::log(2)));
  CHECK(greenhouse_forcing(800, 1834) == doctest::Approx(3.7).epsilon(0.01));
  CHECK(greenhouse_forcing(400, 1834 * 4) == doctest::Approx(0.036 * std::sqrt(1834)));
}
