#include "datasets/labels/cyclone_labels.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "datasets/labels/percentile.hpp"
#include "datasets/labels/sphere_vicinity.hpp"
#include "datasets/labels/vorticity.hpp"

namespace stormsweep {

namespace {

using Field = std::span<const float>;

float at(Field field, std::int64_t pixel) {
  return field[static_cast<std::size_t>(pixel)];
}

bool above(Field field, std::int64_t pixel, double level) {
  return at(field, pixel) > level && std::isfinite(at(field, pixel));
}

/// Pixels whose vorticity is above the threshold and not exceeded by any of the 8 neighbours; the strongest first.
std::vector<std::int64_t> peaks_of(const SphereVicinity& vicinity, Field vorticity, double threshold) {
  std::vector<std::int64_t> peaks;
  for (std::int64_t i = 0; i < std::ssize(vorticity); ++i) {
    if (!above(vorticity, i, threshold)) continue;
    bool highest = true;
    vicinity.box(i, vicinity.row_step(), vicinity.column_step(),
                 [&](std::int64_t other) { highest = highest && !above(vorticity, other, at(vorticity, i)); });
    if (highest) peaks.push_back(i);
  }
  std::ranges::stable_sort(peaks, std::greater<>(), [&](std::int64_t i) { return at(vorticity, i); });
  return peaks;
}

/// The mean from `far` to 1.5 times as far; NaN where nothing is finite there.
double ring_mean(const SphereVicinity& vicinity, Field field, std::int64_t centre, double far) {
  double sum = 0, count = 0;
  vicinity.disc(centre, 1.5 * far, [&](std::int64_t pixel, double away) {
    if (away >= far && std::isfinite(at(field, pixel))) sum += at(field, pixel), ++count;
  });
  return sum / count;
}

/// Degrees to the first ring, a row's height wide, whose mean pressure is `level` or more; `most` if none is.
double radius_to(const SphereVicinity& vicinity, Field psl, std::int64_t centre, double level, double most) {
  std::vector<double> sums(static_cast<std::size_t>(most / vicinity.row_step()) + 1), counts(sums.size());
  vicinity.disc(centre, most, [&](std::int64_t pixel, double away) {
    if (!std::isfinite(at(psl, pixel))) return;
    const auto ring = static_cast<std::size_t>(away / vicinity.row_step());
    sums[ring] += at(psl, pixel), ++counts[ring];
  });
  for (std::size_t ring = 1; ring < sums.size(); ++ring) {
    if (counts[ring] > 0 && sums[ring] >= level * counts[ring]) return static_cast<double>(ring) * vicinity.row_step();
  }
  return most;
}

/// The rule on one world.
class Finder {
 public:
  Finder(const WeatherGrid& grid, const CycloneFields& fields, const CycloneRule& rule)
      : grid_(grid), fields_(fields), rule_(rule_on(grid, rule)), vicinity_(grid) {
    core_.resize(fields.t200.size()), wind_.resize(fields.u850.size());
    for (std::size_t i = 0; i < core_.size(); ++i) {
      core_[i] = (fields.t200[i] + fields.t500[i]) / 2;
      wind_[i] = std::hypot(fields.u850[i], fields.v850[i]);
    }
  }

  std::vector<Cyclone> find() const {
    const std::vector<float> vorticity = cyclonic_vorticity(grid_, fields_.u850, fields_.v850);
    std::vector<Cyclone> found;
    const auto taken = [&](std::int64_t pixel) {
      return std::ranges::any_of(
          found, [&](const Cyclone& storm) { return vicinity_.distance(storm.centre, pixel) < rule_.far; });
    };
    for (const std::int64_t peak : peaks_of(vicinity_, vorticity, rule_.vorticity)) {
      const double latitude = grid_.latitudes[static_cast<std::size_t>(peak / grid_.width())];
      if (std::abs(latitude) > rule_.poleward || taken(peak)) continue;
      auto storm = storm_of(peak);
      if (!storm || taken(storm->centre)) continue;
      storm->vorticity = at(vorticity, peak);
      storm->pixels = label_of(*storm);
      found.push_back(std::move(*storm));
    }
    return found;
  }

 private:
  std::optional<Cyclone> storm_of(std::int64_t peak) const {
    Cyclone storm;
    storm.centre = peak;
    float lowest = INFINITY, warmest = -INFINITY;
    vicinity_.disc(peak, rule_.near, [&](std::int64_t pixel, double) {
      if (at(fields_.psl, pixel) < lowest && std::isfinite(at(fields_.psl, pixel)))
        lowest = at(fields_.psl, pixel), storm.centre = pixel;
    });
    vicinity_.disc(storm.centre, rule_.near, [&](std::int64_t pixel, double) {
      if (above(core_, pixel, warmest)) warmest = at(core_, pixel);
    });
    const double pressure = ring_mean(vicinity_, fields_.psl, storm.centre, rule_.far);
    storm.pressure_drop = pressure - lowest;
    storm.warm_core = warmest - ring_mean(vicinity_, core_, storm.centre, rule_.far);
    if (!(storm.pressure_drop > rule_.pressure_drop && storm.warm_core > rule_.warm_core)) return std::nullopt;
    storm.radius = radius_to(vicinity_, fields_.psl, storm.centre, (lowest + pressure) / 2, rule_.far);
    return storm;
  }

  /// The largest 8-connected region of a mask, empty where there is none.
  std::vector<std::int64_t> largest(const std::vector<std::uint8_t>& mask) const {
    auto regions = sphere_regions(grid_, mask, Neighbours::eight);
    if (regions.empty()) return {};
    return std::move(std::ranges::max_element(regions, {}, &SphereRegion::area)->pixels);
  }

  std::vector<std::int64_t> label_of(const Cyclone& storm) const {
    std::vector<std::int64_t> box;
    const double half = storm.radius + rule_.box;
    vicinity_.box(storm.centre, half, half, [&](std::int64_t pixel) { box.push_back(pixel); });
    std::vector<std::uint8_t> all(fields_.psl.size());
    for (const Field field : {fields_.tmq, Field(wind_), fields_.prect}) {
      std::vector<float> values;
      for (const std::int64_t pixel : box) values.push_back(at(field, pixel));
      const auto level = percentile_of(values, rule_.percentile);
      if (!level) continue;
      std::vector<std::uint8_t> high(all.size());
      for (const std::int64_t pixel : box) high[static_cast<std::size_t>(pixel)] = above(field, pixel, *level);
      for (const std::int64_t pixel : largest(high)) all[static_cast<std::size_t>(pixel)] = 1;
    }
    return largest(all);
  }

  const WeatherGrid& grid_;
  const CycloneFields& fields_;
  CycloneRule rule_;
  SphereVicinity vicinity_;
  std::vector<float> core_, wind_;
};

}  // namespace

CycloneRule rule_on(const WeatherGrid& grid, CycloneRule rule) {
  const double row = std::abs(grid.row_step());
  rule.near = std::max(rule.near, 1.5 * row), rule.far = std::max(rule.far, 3 * row);
  return rule;
}

std::vector<Cyclone> find_cyclones(const WeatherGrid& grid, const CycloneFields& fields, const CycloneRule& rule) {
  return Finder(grid, fields, rule).find();
}

std::vector<std::uint8_t> cyclone_labels(const WeatherGrid& grid, const CycloneFields& fields,
                                         const CycloneRule& rule) {
  std::vector<std::uint8_t> mask(fields.psl.size());
  for (const Cyclone& storm : find_cyclones(grid, fields, rule)) {
    for (const std::int64_t pixel : storm.pixels) mask[static_cast<std::size_t>(pixel)] = 1;
  }
  return mask;
}

}  // namespace stormsweep
