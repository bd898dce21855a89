#pragma once

#include <span>
#include <string>
#include <vector>

#include "datasets/drawing/picture.hpp"

namespace stormsweep {

/// Which colour shows which value, in steps.
struct ColourScale {
  std::string unit;
  std::vector<float> bounds;      ///< ascending: the smallest value of each colour
  std::vector<Colour> colours;    ///< as many
  Colour below{255, 255, 255};    ///< of smaller values
  Colour missing{214, 214, 214};  ///< of NaN
};

Colour colour_of(const ColourScale& scale, float value);

/// A picture of `values` [height, width].
Picture coloured(std::span<const float> values, std::int64_t height, std::int64_t width, const ColourScale& scale);

/// For rain rates in mm/h, and vertically integrated liquid in SEVIR's steps (bounds between the levels of Veillette et
/// al. 2020). Eight of the nine colours of ColorBrewer's YlGnBu (Harrower and Brewer 2003): ever darker, distinct for
/// colour-blind eyes and in print.
ColourScale rain_scale();
ColourScale vil_scale();

/// For rain in mm/day, in the same colours.
ColourScale daily_rain_scale();

/// Which end of a scale around 0 is red: the upper one for temperatures, the lower one for rain.
enum class RedEnd { upper, lower };
/// ColorBrewer's RdBu (Harrower and Brewer 2003), which colour-blind eyes tell apart: eleven steps of a fifth of
/// `limit`, the middle one, nearly white, around 0, the outermost for all that is more.
ColourScale diverging_scale(std::string unit, float limit, RedEnd red);

/// All nine colours of YlGnBu, blended, from `low` to `high`: for fields of the whole Earth.
ColourScale smooth_scale(std::string unit, float low, float high);

}  // namespace stormsweep
