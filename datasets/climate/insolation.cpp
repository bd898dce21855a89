#include "datasets/climate/insolation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

using std::numbers::pi;

constexpr double solar_constant = 1361;
constexpr double eccentricity = 0.0167084, obliquity = 23.441 * degree;
constexpr double perihelion = (102.7 + 180) * degree;  // longitude of the Sun, as seen from the Earth
constexpr double equinox = 79.5, year = 365;           // 21 March, 12:00

/// Angles from perihelion: the true, mean and eccentric anomaly of the Earth.
double mean_of_eccentric(double eccentric) {
  return eccentric - eccentricity * std::sin(eccentric);
}
double eccentric_of_true(double angle) {
  return 2 * std::atan(std::sqrt((1 - eccentricity) / (1 + eccentricity)) * std::tan(angle / 2));
}
double true_of_eccentric(double eccentric) {
  return 2 * std::atan(std::sqrt((1 + eccentricity) / (1 - eccentricity)) * std::tan(eccentric / 2));
}

/// Kepler's equation; each step of the iteration makes the error 60 times smaller.
double eccentric_of_mean(double mean) {
  double eccentric = mean;
  for (int i = 0; i < 10; ++i) eccentric = mean + eccentricity * std::sin(eccentric);
  return eccentric;
}

/// The Earth's true anomaly on a day.
double anomaly_of(double day) {
  const double at_equinox = mean_of_eccentric(eccentric_of_true(-perihelion));
  return true_of_eccentric(eccentric_of_mean(at_equinox + 2 * pi * (day - equinox) / year));
}

}  // namespace

double daily_insolation(double latitude, double day) {
  const double anomaly = anomaly_of(day);
  const double nearness = (1 + eccentricity * std::cos(anomaly)) / (1 - eccentricity * eccentricity);
  const double sine = std::sin(obliquity) * std::sin(anomaly + perihelion);  // of the declination
  const double cosine = std::sqrt(1 - sine * sine);
  const double up = std::sin(latitude * degree) * sine, across = std::cos(latitude * degree) * cosine;
  const double sunset = std::acos(std::clamp(-up / std::max(across, 1e-12), -1.0, 1.0));  // hour angle
  return solar_constant / pi * nearness * nearness * (sunset * up + std::sin(sunset) * across);
}

double monthly_insolation(double latitude, ClimateMonth month) {
  static constexpr std::array<double, 13> begins{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
  const auto m = static_cast<std::size_t>(month_of_year(month));
  return daily_insolation(latitude, (begins[m - 1] + begins[m]) / 2);
}

}  // namespace stormsweep
