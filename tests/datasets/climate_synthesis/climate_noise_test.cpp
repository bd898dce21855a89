#include "datasets/climate_synthesis/climate_noise.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace stormsweep;

namespace {

double mean_product(const std::vector<double>& series, std::size_t lag) {
  double sum = 0;
  for (std::size_t i = lag; i < series.size(); ++i) sum += series[i] * series[i - lag];
  return sum / static_cast<double>(series.size() - lag);
}

}  // namespace

TEST_CASE("the Pacific swings in four years, with variance 1") {
  PacificOscillation pacific(3);
  std::vector<double> series;
  for (int month = 0; month < 60000; ++month) series.push_back(pacific.next());
  CHECK(mean_product(series, 0) == doctest::Approx(1).epsilon(0.06));
  // The autocorrelation of a process of second order is a damped wave: here 0.96^24 cos(pi), nearly.
  CHECK(mean_product(series, 24) == doctest::Approx(-std::pow(0.96, 24)).epsilon(0.15));
  CHECK(mean_product(series, 48) > 0);
}

TEST_CASE("weather keeps the stated share of itself from month to month") {
  ModeWeather weather(4, 0.4);
  std::vector<double> series;
  for (int month = 0; month < 40000; ++month) series.push_back(weather.next()[7]);
  CHECK(mean_product(series, 0) == doctest::Approx(1).epsilon(0.03));
  CHECK(mean_product(series, 1) == doctest::Approx(0.4).epsilon(0.05));
  CHECK(mean_product(series, 2) == doctest::Approx(0.16).epsilon(0.15));
}

TEST_CASE("modes of amplitude 1 are of variance 1 in every cell") {
  const ClimateModes modes(even_grid(9, 12), 5);
  ModeWeather weather(6, 0);
  std::vector<double> squares(9 * 12);
  constexpr int draws = 4000;
  for (int i = 0; i < draws; ++i) {
    std::vector<float> field(9 * 12);
    modes.add(weather.next(), field);
    for (std::size_t k = 0; k < field.size(); ++k) squares[k] += field[k] * field[k] / draws;
  }
  for (const double square : squares) CHECK(square == doctest::Approx(1).epsilon(0.12));
}
