#include "datasets/colour_scale.hpp"

#include <algorithm>
#include <cmath>

namespace stormsweep {

namespace {

const std::vector<Colour> yellow_green_blue{{237, 248, 177}, {199, 233, 180}, {127, 205, 187}, {65, 182, 196},
                                            {29, 145, 192},  {34, 94, 168},   {37, 52, 148},   {8, 29, 88}};

}  // namespace

Colour colour_of(const ColourScale& scale, float value) {
  if (std::isnan(value)) return scale.missing;
  const auto above = std::ranges::upper_bound(scale.bounds, value) - scale.bounds.begin();
  return above == 0 ? scale.below : scale.colours[static_cast<std::size_t>(above - 1)];
}

Canvas coloured(std::span<const float> values, std::int64_t height, std::int64_t width, const ColourScale& scale) {
  Canvas result(height, width, scale.below);
  std::ranges::transform(values, result.pixels.begin(), [&](float value) { return colour_of(scale, value); });
  return result;
}

ColourScale rain_scale() {
  return {.unit = "mm/h", .bounds = {0.1f, 0.5f, 1, 2, 5, 10, 20, 50}, .colours = yellow_green_blue};
}

ColourScale vil_scale() {
  return {.unit = "VIL", .bounds = {16, 31, 59, 74, 100, 133, 160, 181}, .colours = yellow_green_blue};
}

}  // namespace stormsweep
