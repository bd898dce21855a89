#include "datasets/climate/insolation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

using namespace stormsweep;

namespace {

constexpr double march_equinox = 79.5, june_solstice = 171.75, december_solstice = 355;

}  // namespace

TEST_CASE("insolation: published values") {  // for 1361 W/m2: Hartmann 2016, appendix; Berger 1978
  CHECK(daily_insolation(0, march_equinox) == doctest::Approx(436).epsilon(0.003));
  CHECK(daily_insolation(90, june_solstice) == doctest::Approx(524).epsilon(0.002));
  CHECK(daily_insolation(-90, december_solstice) == doctest::Approx(560).epsilon(0.002));
  CHECK(daily_insolation(45, june_solstice) == doctest::Approx(482).epsilon(0.01));
  CHECK(daily_insolation(90, december_solstice) == 0);
  CHECK(daily_insolation(-90, june_solstice) == 0);
  CHECK(daily_insolation(70, december_solstice) == 0);
}

TEST_CASE("insolation: the Sun passes through the equator when it should") {
  // At both equinoxes the declination is 0, so 50 N gets cos(latitude) of the equator's share; autumn's is 186.4 days
  // later (Kepler).
  const double ratio_of_march = daily_insolation(50, march_equinox) / daily_insolation(0, march_equinox);
  CHECK(ratio_of_march == doctest::Approx(std::cos(50 * std::numbers::pi / 180)).epsilon(1e-6));
  const double september = march_equinox + 186.4;
  CHECK(daily_insolation(50, september) / daily_insolation(0, september) ==
        doctest::Approx(ratio_of_march).epsilon(0.002));
}

TEST_CASE("insolation: a year of the whole Earth is a quarter of the solar constant, by the eccentricity") {
  double sum = 0;
  for (int day = 0; day < 365; ++day) {
    for (int row = 0; row < 180; ++row) {
      const double share = std::cos((row - 89.5) * std::numbers::pi / 180) * std::sin(std::numbers::pi / 360);
      sum += share * daily_insolation(row - 89.5, day + 0.5);
    }
  }
  CHECK(sum / 365 == doctest::Approx(1361 / 4.0 / std::sqrt(1 - 0.0167084 * 0.0167084)).epsilon(1e-4));
}

TEST_CASE("insolation: a month is its middle, and every year the same") {
  CHECK(monthly_insolation(45, month_of(2015, 1)) == daily_insolation(45, 15.5));
  CHECK(monthly_insolation(45, month_of(2090, 12)) == daily_insolation(45, 349.5));
}
