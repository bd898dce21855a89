#include "datasets/nowcast/patch_extrapolation.hpp"

#include <algorithm>
#include <cmath>

#include "datasets/nowcast/extrapolation.hpp"

namespace stormsweep {

std::vector<float> physical(std::span<const std::uint16_t> numbers, float scale) {
  std::vector<float> values(numbers.size());
  std::ranges::transform(numbers, values.begin(),
                         [scale](std::uint16_t number) { return scale * static_cast<float>(number); });
  return values;
}

std::vector<float> extrapolate_patch(std::span<const std::uint16_t> past, const NowcastMeta& meta) {
  const std::size_t pixels = past.size() / nowcast_inputs;
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(pixels))));
  const std::vector<float> last_two = physical(past.last(2 * pixels), meta.scale);
  const std::span<const float> before = std::span(last_two).first(pixels), now = std::span(last_two).last(pixels);
  std::vector<float> frames = extrapolate(now, find_motion(before, now, side, side, meta.quantity), nowcast_targets);
  for (float& value : frames) value = std::isnan(value) ? 0 : value;
  return frames;
}

}  // namespace stormsweep
