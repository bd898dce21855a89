#include "datasets/radar/impossible_rain.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace stormsweep;

namespace {

RadarFrame frame_of(std::vector<float> values, const char* scaling = "gain 1e+06, offset 0") {
  return {.values = std::move(values), .scaling = scaling};
}

}  // namespace

TEST_CASE("impossible rain: is counted, with its range and its scaling, or refused") {
  constexpr float missing = std::numeric_limits<float>::quiet_NaN();
  const RadarImage image{.path = "a.h5"};
  ImpossibleRain found;
  found.look_at(image, frame_of({0, -0.001f, 1800, missing}), true);  // rounded, and a cloudburst
  CHECK(found.lines().empty());
  const RadarFrame wrong = frame_of({-19, 36e6f, 5, missing});
  found.look_at(image, wrong, false);
  found.look_at(image, frame_of({-20, 1}), false);
  found.look_at(image, frame_of({-1}, "gain 1, offset -2"), false);
  REQUIRE(found.lines().size() == 2);
  CHECK(found.lines()[1].starts_with(
      "a.h5 and 1 more images: 3 values cannot be rain: from -20 to 3.6e+07 mm/h, by gain 1e+06, offset 0;"));
  CHECK_THROWS_WITH_AS(found.look_at(image, wrong, true), doctest::Contains("2 values cannot be rain"), InputError);
  RadarFrame vil = frame_of({255000});
  vil.quantity = RadarQuantity::vil;
  CHECK_NOTHROW(found.look_at(image, vil, true));
}

TEST_CASE("impossible rain: is clamped to what training data hold; what is missing, and VIL, stay as they are") {
  RadarFrame frame = frame_of({-999, -0.001f, 3, 655.34f, 1e6f, std::numeric_limits<float>::quiet_NaN()});
  clamp_rain(frame);
  CHECK(std::vector<float>(frame.values.begin(), frame.values.end() - 1) ==
        std::vector<float>{0, 0, 3, 655.34f, 655.34f});
  CHECK(std::isnan(frame.values.back()));
  RadarFrame vil = frame_of({-999, 1e6f});
  vil.quantity = RadarQuantity::vil;
  clamp_rain(vil);
  CHECK(vil.values == std::vector<float>{-999, 1e6f});
}
