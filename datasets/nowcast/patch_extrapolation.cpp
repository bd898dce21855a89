#include "datasets/nowcast/patch_extrapolation.hpp"

#include <algorithm>
#include <cmath>

#include "datasets/nowcast/extrapolation.hpp"

namespace stormsweep {

namespace {

/// The last two frames of a patch, and the motion between them.
struct Moving {
  Moving(std::span<const std::uint16_t> past, const NowcastMeta& meta)
      : pixels(past.size() / nowcast_inputs), frames(physical(past.last(2 * pixels), meta.scale)) {
    const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(pixels))));
    motion = find_motion(before(), now(), side, side, meta.quantity);
  }

  std::span<const float> before() const { return std::span(frames).first(pixels); }
  std::span<const float> now() const { return std::span(frames).last(pixels); }
  /// One of them, carried on by `steps` steps; what comes from outside is dry.
  std::vector<float> carried(std::span<const float> frame, std::int64_t steps) const {
    std::vector<float> result = extrapolate(frame, motion, steps);
    for (float& value : result) value = std::isnan(value) ? 0 : value;
    return result;
  }

  std::size_t pixels;
  std::vector<float> frames;
  Motion motion;
};

}  // namespace

std::vector<float> physical(std::span<const std::uint16_t> numbers, float scale) {
  std::vector<float> values(numbers.size());
  std::ranges::transform(numbers, values.begin(),
                         [scale](std::uint16_t number) { return scale * static_cast<float>(number); });
  return values;
}

std::vector<float> extrapolate_patch(std::span<const std::uint16_t> past, const NowcastMeta& meta) {
  const Moving patch(past, meta);
  return patch.carried(patch.now(), nowcast_targets);
}

std::vector<float> carry_patch(std::span<const std::uint16_t> past, const NowcastMeta& meta) {
  const Moving patch(past, meta);
  std::vector<float> frames = patch.carried(patch.now(), nowcast_targets);
  const std::vector<float> before = patch.carried(patch.before(), nowcast_targets + 1);
  frames.insert(frames.end(), before.begin() + static_cast<std::ptrdiff_t>(patch.pixels), before.end());
  return frames;
}

}  // namespace stormsweep
