#include "datasets/climate_synthesis/geography.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace stormsweep {

namespace {

/// 1 in the middle, 0.5 on the border, falling to 0 soon outside.
struct Ellipse {
  double latitude, longitude, height, width;  ///< of the centre, and half of its size, degrees
  double at(double y, double x) const {
    const double down = (y - latitude) / height, right = std::remainder(x - longitude, 360) / width;
    return 1 / (1 + std::exp(12 * (std::hypot(down, right) - 1)));
  }
};

constexpr std::array<Ellipse, 9> continents{{{52, 260, 20, 36},    // North America
                                             {-18, 300, 30, 16},   // South America
                                             {8, 20, 28, 24},      // Africa
                                             {52, 80, 22, 72},     // Eurasia
                                             {24, 85, 16, 18},     // India
                                             {-25, 134, 11, 18},   // Australia
                                             {73, 318, 11, 18},    // Greenland
                                             {0, 113, 6, 10},      // Borneo
                                             {-90, 0, 20, 400}}};  // Antarctica, at all longitudes

}  // namespace

std::vector<float> map_of(const ClimateGrid& grid, const std::function<double(double, double)>& value) {
  std::vector<float> map;
  for (const double latitude : grid.latitudes) {
    for (const double longitude : grid.longitudes) map.push_back(static_cast<float>(value(latitude, longitude)));
  }
  return map;
}

double land_share(double latitude, double longitude) {
  double land = 0;
  for (const Ellipse& continent : continents) land = std::max(land, continent.at(latitude, longitude));
  return land;
}

}  // namespace stormsweep
