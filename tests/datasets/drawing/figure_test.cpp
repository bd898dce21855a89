#include "datasets/drawing/figure.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace stormsweep;

TEST_CASE("figure: each panel lies whole, once, in its row and column; an empty place stays empty") {
  const Colour colours[] = {{250, 1, 1}, {1, 250, 1}, {1, 1, 250}};
  Figure figure{.title = "Radar",
                .columns = {"+10 min", "+20 min"},
                .rows = {{"forecast", {Canvas(30, 50, colours[0]), Canvas(30, 50, colours[1])}},
                         {"truth", {std::nullopt, Canvas(30, 50, colours[2])}}},
                .scale = rain_scale(),
                .note = "a note"};
  const Canvas canvas = draw(figure);
  std::int64_t tops[3], lefts[3];
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(std::ranges::count(canvas.pixels, colours[i]) == 28 * 48);  // all but the frame
    const auto first = std::ranges::find(canvas.pixels, colours[i]) - canvas.pixels.begin();
    tops[i] = first / canvas.width, lefts[i] = first % canvas.width;
    CHECK(canvas.at(tops[i] + 27, lefts[i] + 47) == colours[i]);
  }
  CHECK(tops[0] == tops[1]);
  CHECK(tops[2] > tops[0] + 30);
  CHECK(lefts[1] > lefts[0] + 50);
  CHECK(lefts[2] == lefts[1]);
  CHECK(canvas.at(tops[2] + 10, lefts[0] + 10) == Colour{255, 255, 255});
  for (const Colour& colour : figure.scale.colours) CHECK(std::ranges::count(canvas.pixels, colour) > 100);
  CHECK(std::ranges::count(canvas.pixels, figure.scale.missing) > 100);
  for (std::int64_t row = 0; row < canvas.height; ++row) {
    REQUIRE(canvas.at(row, canvas.width - 1) == Colour{255, 255, 255});  // nothing runs over the edge
  }
}
