#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "datasets/labels/sphere_regions.hpp"

namespace stormsweep {

/// What divides a river's area to give its width: its north-south extent, as published, or its length. The extent makes
/// rivers that run east wider than they are: 5000 km along a parallel, 400 km wide, count as 5000 km.
enum class RiverWidth { over_extent, over_length };
const char* word_of(RiverWidth width);  ///< "extent" or "length"

/// How atmospheric rivers are recognised (Kurth et al. 2018; Mudigonda et al. 2017): where a moisture field, damped in
/// the tropics, is above a threshold, in 4-connected regions that are long and narrow.
struct RiverRule {
  double percentile = 95;  ///< of the damped field at this moment, over all pixels, which count alike, as published
  std::optional<double> threshold;  ///< instead, in the field's unit, of the damped field
  double damping = 10;              ///< degrees: factor 1 - exp(-latitude^2 / (2 damping^2)); 0: none
  double shortest = 1500;           ///< km, SphereRegion::length must be above it
  double widest = 1000;             ///< km, its width must be below it
  RiverWidth width = RiverWidth::over_extent;
};

/// The rivers in `moisture` [height, width], integrated vapour transport or water vapour path, in the order of their
/// first pixels. Values that are not finite are never part of one, nor counted in the percentile.
std::vector<SphereRegion> find_rivers(const WeatherGrid& grid, std::span<const float> moisture, const RiverRule& rule);

/// Mask [height, width] of 1 where there is a river.
std::vector<std::uint8_t> river_labels(const WeatherGrid& grid, std::span<const float> moisture, const RiverRule& rule);

/// sqrt((u q)^2 + (v q)^2), for samples that have no vapour transport of their own.
std::vector<float> vapour_transport(std::span<const float> u, std::span<const float> v, std::span<const float> q);

}  // namespace stormsweep
