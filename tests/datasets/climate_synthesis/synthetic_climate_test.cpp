#include "datasets/climate_synthesis/synthetic_climate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "datasets/climate_synthesis/energy_balance.hpp"

using namespace stormsweep;

namespace {

constexpr std::int64_t height = 24, width = 36, cells = height * width, months = 12 * 86;

/// One world, made once.
struct World {
  ClimateGrid grid = even_grid(height, width);
  SyntheticClimate climate{grid, months, 3};
  SyntheticClimate::Forcings high = climate.forcings(scenario_paths[3]), low = climate.forcings(scenario_paths[0]);
  std::vector<float> warming = climate.warming(high), low_warming = climate.warming(low);
  SyntheticClimate::Member one = climate.member("ssp585", 0, warming), two = climate.member("ssp585", 1, warming);
};

const World& world() {
  static const World made;
  return made;
}

/// Mean of the months `from` to `to`, those of a month of the year (1 ... 12) alone unless it is 0, and of cells for
/// which `in(row, cell)`, by area.
template <class In>
double mean(const std::vector<float>& maps, std::int64_t from, std::int64_t to, int of_year, In in) {
  const auto shares = EnergyBalance(world().grid.latitudes).shares();
  double sum = 0, weight = 0;
  for (std::int64_t month = from; month < to; ++month) {
    if (of_year > 0 && month % 12 != of_year - 1) continue;
    for (std::int64_t i = 0; i < cells; ++i) {
      if (!in(i / width, i)) continue;
      const double share = shares[static_cast<std::size_t>(i / width)];
      sum += share * maps[static_cast<std::size_t>(month * cells + i)], weight += share;
    }
  }
  return sum / weight;
}

bool everywhere(std::int64_t, std::int64_t) {
  return true;
}

}  // namespace

TEST_CASE("synthetic climate: warms by about 1 K or 4 K, more at the poles and over land") {
  const World& w = world();
  const auto late = [&](const auto& maps, auto in) { return mean(maps, months - 240, months, 0, in); };
  CHECK(late(w.warming, everywhere) > 2.5);
  CHECK(late(w.warming, everywhere) < 5);
  CHECK(late(w.low_warming, everywhere) > 0.4);
  CHECK(late(w.low_warming, everywhere) < 1.5);
  const auto polar = [](std::int64_t row, std::int64_t) { return row >= height - 4; };
  const auto tropical = [](std::int64_t row, std::int64_t) { return row >= 10 && row < 14; };
  CHECK(late(w.warming, polar) > 1.4 * late(w.warming, tropical));
  const auto land = [&](std::int64_t row, std::int64_t i) {
    return row > 10 && w.climate.land()[static_cast<std::size_t>(i)] > 0.9f;
  };
  const auto sea = [&](std::int64_t row, std::int64_t i) {
    return row > 10 && w.climate.land()[static_cast<std::size_t>(i)] < 0.1f;
  };
  CHECK(late(w.warming, land) > 1.2 * late(w.warming, sea));
}

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
        const float land = w.climate.land()[static_cast<std::size_t>(i)];
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
}

TEST_CASE("synthetic climate: members share the forced response and nothing else") {
  const World& w = world();
  double sum = 0;
  for (std::size_t i = 0; i < w.one.tas.size(); ++i) sum += w.one.tas[i] - w.two.tas[i];
  CHECK(std::abs(sum / static_cast<double>(w.one.tas.size())) < 0.05);
  // What the seasons and the warming leave of each January is noise, and no more alike than chance makes it.
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

TEST_CASE("synthetic climate: forcings are those of the scenario") {
  const World& w = world();
  CHECK(w.high.co2[35 * 12 - 1] == doctest::Approx(563).epsilon(0.002));
  CHECK(w.low.ch4[85 * 12 - 1] == doctest::Approx(1056).epsilon(0.005));
  // 101 Mt a year over the Earth, in kg/m2/s
  CHECK(mean(w.high.so2, 0, 1, 0, everywhere) == doctest::Approx(101e9 / (365.25 * 86400) / 5.101e14).epsilon(0.01));
  CHECK(mean(w.high.rsdt, 0, 12, 0, everywhere) == doctest::Approx(340.3).epsilon(0.005));
}
