#include "datasets/climate_synthesis/energy_balance.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "datasets/climate/climate_layout.hpp"

using namespace stormsweep;

namespace {

double mean_of(const EnergyBalance& balance, const std::vector<double>& rows) {
  double sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) sum += balance.shares()[i] * rows[i];
  return sum;
}

}  // namespace

TEST_CASE("energy balance: an even Earth warms to forcing / feedback, as fast as its heat capacity lets it") {
  const EnergyBalanceParameters even{.feedback = 1.2, .polar_feedback = 1.2, .mixing = 0, .surface = 6};
  EnergyBalance balance(even_grid(12, 4).latitudes, even);
  const std::vector<double> forcing(12, 3.6);
  std::vector<double> warming;
  for (int month = 0; month < 60; ++month) warming = balance.step(forcing);
  const double implicit = 3 * (1 - std::pow(1 + 1.2 / 12 / 6, -60));  // of the implicit steps
  for (const double row : warming) CHECK(row == doctest::Approx(implicit));
  CHECK(implicit == doctest::Approx(3 * (1 - std::exp(-1.2 * 5 / 6))).epsilon(0.01));
}

TEST_CASE("energy balance: diffusion moves heat without making any; the deep ocean takes its part") {
  const EnergyBalanceParameters even{.feedback = 1.2, .polar_feedback = 1.2};
  EnergyBalance here(even_grid(18, 4).latitudes, even), there(even_grid(18, 4).latitudes, even);
  std::vector<double> south(18, 0.0), all(18, 0.0);
  south[3] = 2;
  all.assign(18, 2 * here.shares()[3]);
  std::vector<double> a, b;
  for (int month = 0; month < 240; ++month) a = here.step(south), b = there.step(all);
  CHECK(mean_of(here, a) == doctest::Approx(mean_of(there, b)));
  CHECK(a[3] > 3 * a[14]);
  // Two boxes (Geoffroy et al. 2013): fast and slow mode, after 20 years, by hand: 1 / 1.2 less what still goes down.
  CHECK(mean_of(there, b) / all[0] == doctest::Approx(1 / (1.2 + 0.73)).epsilon(0.1));
}

TEST_CASE("energy balance: poles warm more, and shares of rows add up to the Earth") {
  EnergyBalance balance(even_grid(36, 4).latitudes);
  double sum = 0;
  for (const double share : balance.shares()) sum += share;
  CHECK(sum == doctest::Approx(1));
  std::vector<double> warming;
  for (int month = 0; month < 1000; ++month) warming = balance.step(std::vector<double>(36, 4.0));
  CHECK(warming.front() > 1.3 * warming[18]);
  CHECK(warming.front() == doctest::Approx(warming.back()));
  CHECK(mean_of(balance, warming) > 2);
  CHECK(mean_of(balance, warming) < 4 / 1.13);
}
