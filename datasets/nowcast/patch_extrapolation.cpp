#include "datasets/nowcast/patch_extrapolation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

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

  std::size_t pixels;
  std::vector<float> frames;
  Motion motion;
};

/// What comes from outside is dry.
void dry_where_unknown(std::span<float> values) {
  std::ranges::replace_if(
      values, [](float value) { return std::isnan(value); }, 0.f);
}

}  // namespace

std::vector<float> physical(std::span<const std::uint16_t> numbers, float scale) {
  std::vector<float> values(numbers.size());
  std::ranges::transform(numbers, values.begin(),
                         [scale](std::uint16_t number) { return scale * static_cast<float>(number); });
  return values;
}

std::vector<float> extrapolate_patch(std::span<const std::uint16_t> past, const NowcastMeta& meta) {
  const Moving patch(past, meta);
  std::vector<float> frames = extrapolate(patch.now(), patch.motion, nowcast_targets);
  dry_where_unknown(frames);
  return frames;
}

std::vector<float> carry_patch(std::span<const std::uint16_t> past, const NowcastMeta& meta) {
  const Moving patch(past, meta);
  auto carried = extrapolate(std::array{patch.now(), patch.before()}, patch.motion, nowcast_targets + 1);
  std::vector<float>& frames = carried[0];
  frames.resize(nowcast_targets * patch.pixels);
  frames.insert(frames.end(), carried[1].begin() + static_cast<std::ptrdiff_t>(patch.pixels), carried[1].end());
  dry_where_unknown(frames);
  return std::move(frames);
}

}  // namespace stormsweep
