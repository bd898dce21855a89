#include "datasets/drawing/colour_scale.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

using namespace stormsweep;

namespace {

/// Relative luminance (WCAG 2.1).
double luminance(Colour colour) {
  const auto linear = [](std::uint8_t value) {
    const double c = value / 255.0;
    return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

}  // namespace

TEST_CASE("colour scale: a bound begins its colour; below all, above all, missing") {
  const ColourScale scale = rain_scale();
  CHECK(colour_of(scale, 0) == scale.below);
  CHECK(colour_of(scale, std::nextafter(0.1f, 0.0f)) == scale.below);
  CHECK(colour_of(scale, 0.1f) == scale.colours[0]);
  CHECK(colour_of(scale, 1.99f) == scale.colours[2]);
  CHECK(colour_of(scale, 2) == scale.colours[3]);
  CHECK(colour_of(scale, 1e9f) == scale.colours[7]);
  CHECK(colour_of(scale, std::numeric_limits<float>::quiet_NaN()) == scale.missing);

  const std::array<float, 4> values{0, 3, std::numeric_limits<float>::quiet_NaN(), 20};
  const Picture picture = coloured(values, 2, 2, scale);
  CHECK(picture.at(0, 0) == scale.below);
  CHECK(picture.at(0, 1) == scale.colours[3]);
  CHECK(picture.at(1, 0) == scale.missing);
  CHECK(picture.at(1, 1) == scale.colours[6]);
}

TEST_CASE("colour scale: more is darker by a good step, so that no eye and no printer mistakes it") {
  for (const ColourScale& scale : {rain_scale(), vil_scale()}) {
    REQUIRE(scale.bounds.size() == scale.colours.size());
    double last = luminance(scale.below);
    for (std::size_t i = 0; i < scale.colours.size(); ++i) {
      const double now = luminance(scale.colours[i]);
      CHECK((last + 0.05) / (now + 0.05) > 1.1);
      if (i > 0) CHECK(scale.bounds[i] > scale.bounds[i - 1]);
      last = now;
    }
  }
}

TEST_CASE("colours: the smooth scale goes from light to dark without visible steps") {
  const ColourScale scale = smooth_scale("kg/m2", 10, 74);
  REQUIRE(scale.bounds.size() == scale.colours.size());
  CHECK(scale.bounds.front() == 10);
  CHECK(scale.bounds[1] == 11);
  CHECK(colour_of(scale, 9) == scale.colours.front());
  CHECK(colour_of(scale, 1000) == scale.colours.back());
  const auto light = [](Colour c) { return 0.299 * c.red + 0.587 * c.green + 0.114 * c.blue; };
  for (std::size_t i = 1; i < scale.colours.size(); ++i) {
    CHECK(light(scale.colours[i]) < light(scale.colours[i - 1]));
    CHECK(light(scale.colours[i]) > light(scale.colours[i - 1]) - 8);
  }
}

TEST_CASE("colour scale: around 0 both ends are alike, white between, and red at the requested end") {
  const ColourScale warm = diverging_scale("K", 10, RedEnd::upper), wet = diverging_scale("mm", 10, RedEnd::lower);
  REQUIRE(warm.bounds.size() == warm.colours.size());
  REQUIRE(warm.bounds.size() == 10);
  CHECK(warm.bounds.front() == -9);
  CHECK(warm.bounds.back() == 9);
  CHECK(colour_of(warm, 0.9f) == Colour{247, 247, 247});
  CHECK(colour_of(warm, -0.9f) == Colour{247, 247, 247});
  for (const float value : {1.5f, 4.0f, 8.0f, 100.0f}) {
    const Colour hot = colour_of(warm, value), cold = colour_of(warm, -value);
    CHECK(hot.red > hot.blue);
    CHECK(cold.blue > cold.red);
    CHECK(colour_of(wet, value) == cold);
    CHECK(colour_of(wet, -value) == hot);
  }
}
