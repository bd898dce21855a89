#include "search/base/sphere.hpp"

#include <algorithm>
#include <cmath>

namespace stormsweep {

double great_circle(double latitude, double longitude, double other_latitude, double other_longitude) {
  // The haversine, exact for near points too.
  const double rise = std::sin((other_latitude - latitude) * degree / 2);
  const double turn = std::sin((other_longitude - longitude) * degree / 2);
  const double h = rise * rise + std::cos(latitude * degree) * std::cos(other_latitude * degree) * turn * turn;
  return 2 * earth_radius * std::asin(std::sqrt(std::min(h, 1.0)));
}

}  // namespace stormsweep
