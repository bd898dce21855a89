#include "datasets/radar/impossible_rain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stormsweep {

namespace {

constexpr float lowest_rain = -0.05f;  // mm/h: half of the least rain that counts as light rain
// mm/h: no minute was ever wetter than Unionville's on 1956-07-04, 31.2 mm (World Meteorological Organization, archive
// of weather extremes).
constexpr float highest_rain = 31.2f * 60;
constexpr float highest_kept = 655.34f;  // mm/h, 65534 steps of 0.01 (nowcast_patch_cutter.hpp)

}  // namespace

void clamp_rain(RadarFrame& frame) {
  if (frame.quantity != RadarQuantity::rain_rate) return;
  for (float& value : frame.values) value = std::clamp(value, 0.0f, highest_kept);  // NaN is neither below nor above
}

void ImpossibleRain::look_at(const RadarImage& image, const RadarFrame& frame, bool strict) {
  if (frame.quantity != RadarQuantity::rain_rate) return;
  Found here{image.path.string(), 1, 0, 0, 0};
  for (const float value : frame.values) {
    here.values += value < lowest_rain || value > highest_rain;
    if (value < here.lowest) here.lowest = value;
    if (value > here.highest) here.highest = value;
  }
  if (here.values == 0) return;
  if (strict) throw InputError(line(frame.scaling, here));
  const auto [known, is_new] = by_scaling_.try_emplace(frame.scaling, here);
  if (is_new) return;
  Found& all = known->second;
  ++all.images, all.values += here.values;
  all.lowest = std::min(all.lowest, here.lowest), all.highest = std::max(all.highest, here.highest);
}

std::string ImpossibleRain::line(const std::string& scaling, const Found& found) {
  return fmt::format(
      "{}{}: {} values cannot be rain: from {:.6g} to {:.6g} mm/h{}; negative ones count as dry, those above {:g} mm/h "
      "as that; mend the files or leave them out",
      found.path, found.images > 1 ? fmt::format(" and {} more images", found.images - 1) : "", found.values,
      found.lowest, found.highest, scaling.empty() ? "" : fmt::format(", by {}", scaling), highest_kept);
}

std::vector<std::string> ImpossibleRain::lines() const {
  std::vector<std::string> result;
  for (const auto& [scaling, found] : by_scaling_) result.push_back(line(scaling, found));
  return result;
}

}  // namespace stormsweep
