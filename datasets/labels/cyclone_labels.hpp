#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/labels/sphere_regions.hpp"

namespace stormsweep {

/// How tropical cyclones are recognised (Kurth et al. 2018, after TECA's criteria: Prabhat et al. 2012, 2015, which are
/// those of Knutson et al. 2007).
struct CycloneRule {
  double vorticity = 1.6e-4;   ///< 1/s at 850 hPa, cyclonic: its sign is that of the latitude
  double warm_core = 0.8;      ///< K, mean of 200 and 500 hPa above its surroundings
  double pressure_drop = 400;  ///< Pa at sea level, below its surroundings
  double near = 2;         ///< degrees of great circle: how far pressure's minimum may be from vorticity's peak, and
                           ///< the core from that minimum
  double far = 5;          ///< degrees: surroundings are the ring from here to 1.5 times as far about the minimum
  double poleward = 40;    ///< degrees of latitude to which storms are tropical. Ours: methods that track storms ask it
                           ///< of a track's beginning, which a single moment has not
  double percentile = 93;  ///< of each variable within the box
  double box = 6.6;        ///< degrees beyond the storm's radius: half the width of the box
};

/// The rule as it is applied on `grid`: where that is so coarse that `near` and `far` are less than 1.5 and 3 rows,
/// these take their place.
CycloneRule rule_on(const WeatherGrid& grid, CycloneRule rule);

/// What the rule looks at, each [height, width].
struct CycloneFields {
  std::span<const float> tmq, u850, v850, psl, t200, t500, prect;
};

struct Cyclone {
  std::int64_t centre = 0;           ///< pixel of the lowest pressure
  double vorticity = 0;              ///< 1/s, cyclonic, the peak
  double warm_core = 0;              ///< K
  double pressure_drop = 0;          ///< Pa
  double radius = 0;                 ///< degrees, to where pressure is half way up to its surroundings
  std::vector<std::int64_t> pixels;  ///< of the label, ascending
};

/// Storms, the strongest vorticity first. A candidate is a local peak of cyclonic vorticity; of candidates within `far`
/// of each other the strongest that meets the rule (rule_on) counts. Values that are not finite meet no condition and
/// are left out of means.
///
/// The label: in the box about the storm the largest 8-connected region above the percentile of each of TMQ, wind speed
/// at 850 hPa (so that all sides of the storm count, whichever way it blows there) and rain; of their union the largest
/// region.
std::vector<Cyclone> find_cyclones(const WeatherGrid& grid, const CycloneFields& fields, const CycloneRule& rule);

/// Mask [height, width] of 1 where there is a tropical cyclone.
std::vector<std::uint8_t> cyclone_labels(const WeatherGrid& grid, const CycloneFields& fields, const CycloneRule& rule);

}  // namespace stormsweep
