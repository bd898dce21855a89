#include "datasets/labels/river_labels.hpp"

#include <algorithm>
#include <cmath>

#include "datasets/labels/percentile.hpp"

namespace stormsweep {

namespace {

std::vector<float> damped(const WeatherGrid& grid, std::span<const float> moisture, double degrees) {
  std::vector<float> result(moisture.begin(), moisture.end());
  if (degrees == 0) return result;
  const auto width = static_cast<std::size_t>(grid.width());
  for (std::size_t row = 0; row < grid.latitudes.size(); ++row) {
    const double ratio = grid.latitudes[row] / degrees;
    const auto factor = static_cast<float>(1 - std::exp(-ratio * ratio / 2));
    for (float& value : std::span(result).subspan(row * width, width)) value *= factor;
  }
  return result;
}

}  // namespace

const char* word_of(RiverWidth width) {
  return width == RiverWidth::over_extent ? "extent" : "length";
}

std::vector<SphereRegion> find_rivers(const WeatherGrid& grid, std::span<const float> moisture, const RiverRule& rule) {
  const std::vector<float> field = damped(grid, moisture, rule.damping);
  const std::optional<float> threshold =
      rule.threshold ? static_cast<float>(*rule.threshold) : percentile_of(field, rule.percentile);
  if (!threshold) return {};
  std::vector<std::uint8_t> wet(field.size());
  std::ranges::transform(field, wet.begin(), [&](float value) {
    return static_cast<std::uint8_t>(value > *threshold && std::isfinite(value));
  });
  std::vector<SphereRegion> regions = sphere_regions(grid, wet, Neighbours::four);
  std::erase_if(regions, [&](const SphereRegion& region) {
    const double along = rule.width == RiverWidth::over_extent ? region.extent : region.length;
    return !(region.length > rule.shortest && region.area / along < rule.widest);
  });
  return regions;
}

std::vector<std::uint8_t> river_labels(const WeatherGrid& grid, std::span<const float> moisture,
                                       const RiverRule& rule) {
  std::vector<std::uint8_t> mask(moisture.size());
  for (const SphereRegion& river : find_rivers(grid, moisture, rule)) {
    for (const std::int64_t pixel : river.pixels) mask[static_cast<std::size_t>(pixel)] = 1;
  }
  return mask;
}

std::vector<float> vapour_transport(std::span<const float> u, std::span<const float> v, std::span<const float> q) {
  std::vector<float> result(u.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = std::abs(q[i]) * std::sqrt(u[i] * u[i] + v[i] * v[i]);
  return result;
}

}  // namespace stormsweep
