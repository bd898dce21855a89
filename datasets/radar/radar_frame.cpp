#include "datasets/radar/radar_frame.hpp"

#include <cmath>
#include <numbers>

namespace stormsweep {

namespace {

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

}  // namespace

bool same_grid(const RadarGrid& a, const RadarGrid& b) {
  bool corners = true;
  for (std::size_t i = 0; i < a.corners.size(); ++i)
    corners = corners && same(a.corners[i][0], b.corners[i][0]) && same(a.corners[i][1], b.corners[i][1]);
  return corners && a.height == b.height && a.width == b.width && a.pixel_height == b.pixel_height &&
         a.pixel_width == b.pixel_width && a.projection == b.projection;
}

const char* name_of(RadarQuantity quantity) {
  return quantity == RadarQuantity::vil ? "vil" : "rain_rate";
}

const char* unit_of(RadarQuantity quantity) {
  return quantity == RadarQuantity::vil ? "1" : "mm/h";
}

float rain_rate_of(float dbz) {
  return std::exp((dbz * std::numbers::ln10_v<float> / 10 - std::log(200.0f)) / 1.6f);
}

}  // namespace stormsweep
