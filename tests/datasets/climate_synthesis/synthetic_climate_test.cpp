#include "datasets/climate_synthesis/synthetic_climate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/datasets/climate_synthesis/climate_world.hpp"

using namespace stormsweep;
using namespace stormsweep::climate_world;

TEST_CASE("synthetic climate: seasons are opposite, stronger over land, and later over the sea") {
  const World& w = world();
  const auto north = [](std::int64_t row, std::int64_t) { return row > 15 && row < 20; };
  const auto south = [](std::int64_t row, std::int64_t) { return row > 3 && row < 8; };
  CHECK(mean(w.one.tas, 0, 240, 7, north) > mean(w.one.tas, 0, 240, 1, north) + 5);
  CHECK(mean(w.one.tas, 0, 240, 7, south) < mean(w.one.tas, 0, 240, 1, south) - 2);
  const auto warmest = [&](bool on_land) {
    int best = 0;
    double most = 0;
    for (int month = 1; month <= 12; ++month) {
      const double here = mean(w.one.tas, 0, 240, month, [&](std::int64_t row, std::int64_t i) {
        const float land = w.land[static_cast<std::size_t>(i)];
        return north(row, i) && (on_land ? land > 0.9f : land < 0.1f);
      });
      if (here > most) most = here, best = month;
    }
    return best;
  };
  CHECK(warmest(true) == 7);
  CHECK(warmest(false) >= 8);
  CHECK(warmest(false) <= 9);
  CHECK(mean(w.one.tas, 0, 240, 0, everywhere) == doctest::Approx(286.5).epsilon(0.01));
}

TEST_CASE("synthetic climate: the rain follows the Sun") {
  const World& w = world();
  const auto wettest = [&](int of_year) {  // latitude
    double most = 0, latitude = 0;
    for (std::int64_t row = 0; row < height; ++row) {
      const double here = mean(w.one.pr, 0, 240, of_year, [&](std::int64_t y, std::int64_t) { return y == row; });
      if (here > most) most = here, latitude = w.grid.latitudes[static_cast<std::size_t>(row)];
    }
    return latitude;
  };
  CHECK(wettest(8) > 3);
  CHECK(wettest(2) < 0);
  CHECK(*std::ranges::min_element(w.one.pr) >= 0);
  const double rain = mean(w.one.pr, 0, 240, 0, everywhere);
  CHECK(rain > 2);  // the Earth's is 2.7 mm/day
  CHECK(rain < 3.5);
  CHECK(mean(w.one.pr, months - 240, months, 0, everywhere) > 1.03 * rain);
  for (std::int64_t year = 0; year < 20; ++year)  // it varies from year to year, but hardly beyond this
    CHECK(mean(w.one.pr, 12 * year, 12 * year + 12, 0, everywhere) == doctest::Approx(rain).epsilon(0.05));
}

TEST_CASE("synthetic climate: members share the forced response and nothing else") {
  const World& w = world();
  double sum = 0;
  for (std::size_t i = 0; i < w.one.tas.size(); ++i) sum += w.one.tas[i] - w.two.tas[i];
  CHECK(std::abs(sum / static_cast<double>(w.one.tas.size())) < 0.05);
  // Without seasons and warming, each January is noise, and members are no more alike than by chance.
  double a_sum = 0, b_sum = 0, product = 0, a_square = 0, b_square = 0, count = 0;
  for (std::int64_t month = 0; month < months; month += 12, ++count) {
    const auto all = [&](const auto& maps) { return mean(maps, month, month + 1, 0, everywhere); };
    const double a = all(w.one.tas) - all(w.warming), b = all(w.two.tas) - all(w.warming);
    a_sum += a, b_sum += b, product += a * b, a_square += a * a, b_square += b * b;
  }
  const double covariance = product - a_sum * b_sum / count;
  const double a_variance = a_square - a_sum * a_sum / count, b_variance = b_square - b_sum * b_sum / count;
  CHECK(a_variance / count > 0.005);
  CHECK(std::abs(covariance) < 0.4 * std::sqrt(a_variance * b_variance));
  CHECK(w.climate.member("ssp585", 1, w.warming).pr == w.two.pr);
}
