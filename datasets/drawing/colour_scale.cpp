#include "datasets/drawing/colour_scale.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace stormsweep {

namespace {

const std::vector<Colour> yellow_green_blue{{237, 248, 177}, {199, 233, 180}, {127, 205, 187}, {65, 182, 196},
                                            {29, 145, 192},  {34, 94, 168},   {37, 52, 148},   {8, 29, 88}};

const std::vector<Colour> red_blue{{103, 0, 31},    {178, 24, 43},   {214, 96, 77},   {244, 165, 130},
                                   {253, 219, 199}, {247, 247, 247}, {209, 229, 240}, {146, 197, 222},
                                   {67, 147, 195},  {33, 102, 172},  {5, 48, 97}};

}  // namespace

Colour colour_of(const ColourScale& scale, float value) {
  if (std::isnan(value)) return scale.missing;
  const auto above = std::ranges::upper_bound(scale.bounds, value) - scale.bounds.begin();
  return above == 0 ? scale.below : scale.colours[static_cast<std::size_t>(above - 1)];
}

Picture coloured(std::span<const float> values, std::int64_t height, std::int64_t width, const ColourScale& scale) {
  Picture result(height, width, scale.below);
  std::ranges::transform(values, result.pixels.begin(), [&](float value) { return colour_of(scale, value); });
  return result;
}

ColourScale smooth_scale(std::string unit, float low, float high) {
  std::vector<Colour> nine{{255, 255, 217}};
  nine.insert(nine.end(), yellow_green_blue.begin(), yellow_green_blue.end());
  constexpr std::size_t steps = 64;
  ColourScale scale{.unit = std::move(unit), .bounds = {}, .colours = {}, .below = nine.front()};
  for (std::size_t i = 0; i < steps; ++i) {
    const float share = static_cast<float>(i) / steps, place = share * static_cast<float>(nine.size() - 1);
    const auto first = static_cast<std::size_t>(place);
    const Colour one = nine[first], other = nine[first + 1];
    const auto mix = [&](std::uint8_t from, std::uint8_t to) {
      return static_cast<std::uint8_t>(
          std::lround(static_cast<float>(from) + (place - static_cast<float>(first)) * static_cast<float>(to - from)));
    };
    scale.bounds.push_back(low + share * (high - low));
    scale.colours.push_back({mix(one.red, other.red), mix(one.green, other.green), mix(one.blue, other.blue)});
  }
  return scale;
}

ColourScale rain_scale() {
  return {.unit = "mm/h", .bounds = {0.1f, 0.5f, 1, 2, 5, 10, 20, 50}, .colours = yellow_green_blue};
}

ColourScale daily_rain_scale() {
  return {.unit = "mm/day", .bounds = {0.5f, 1, 2, 3, 4, 6, 8, 12}, .colours = yellow_green_blue};
}

ColourScale diverging_scale(std::string unit, float limit, RedEnd red) {
  auto colours = red_blue;
  if (red == RedEnd::upper) std::ranges::reverse(colours);
  ColourScale scale{.unit = std::move(unit), .bounds = {}, .colours = {colours.begin() + 1, colours.end()}};
  scale.below = colours.front();
  for (int i = -9; i <= 9; i += 2) scale.bounds.push_back(limit * static_cast<float>(i) / 10);
  return scale;
}

ColourScale vil_scale() {
  return {.unit = "VIL", .bounds = {16, 31, 59, 74, 100, 133, 160, 181}, .colours = yellow_green_blue};
}

}  // namespace stormsweep
