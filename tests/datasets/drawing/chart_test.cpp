#include "datasets/drawing/chart.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace stormsweep;

namespace {

constexpr Colour blue{0, 114, 178}, vermilion{213, 94, 0};

/// Pixels of a colour: how many, and where their middle is.
struct Patch {
  std::int64_t pixels = 0;
  double row = 0, column = 0;
};

Patch patch(const Picture& picture, Colour colour) {
  Patch found;
  for (std::int64_t row = 0; row < picture.height; ++row)
    for (std::int64_t column = 0; column < picture.width; ++column)
      if (picture.at(row, column) == colour)
        ++found.pixels, found.row += static_cast<double>(row), found.column += static_cast<double>(column);
  if (found.pixels > 0)
    found.row /= static_cast<double>(found.pixels), found.column /= static_cast<double>(found.pixels);
  return found;
}

/// Thin lines blend with the paper: pixels that are more blue than red.
std::int64_t bluish(const Picture& picture) {
  return std::ranges::count_if(picture.pixels, [](const Colour& c) { return c.blue > c.red + 40; });
}

Chart dots(std::vector<Position> points, std::vector<std::string> words = {}) {
  return {"x", "y", std::move(words), {{"", {{"a", std::move(points), Chart::Style::dots}}}}};
}

}  // namespace

TEST_CASE("greater values lie farther right and higher up") {
  const Patch low = patch(draw(dots({{1, 1}, {9, 9}})).pixels(), blue);
  CHECK(low.pixels > 60);  // two discs of 64 pixels each, but for their rims
  Chart chart = dots({{1, 1}});
  chart.panels[0].lines.push_back({"b", {{9, 9}}, Chart::Style::dots});
  const Picture picture = draw(chart).pixels();
  // The legend has one mark of each as well, the first at the left: what is left of the means is the chart's.
  CHECK(patch(picture, blue).column < patch(picture, vermilion).column);
  CHECK(patch(picture, blue).row > patch(picture, vermilion).row);
}

TEST_CASE("lines join what dots do not") {
  Chart chart = dots({{0, 0}, {1, 1}});
  const auto pixels = [&](Chart::Style style) {
    chart.panels[0].lines[0].style = style;
    return bluish(draw(chart).pixels());
  };
  const auto alone = pixels(Chart::Style::dots);
  CHECK(pixels(Chart::Style::marked) > alone + 100);
  // Across and then up: 340 + 234 pixels between the marks' middles, 1.6 wide.
  CHECK(pixels(Chart::Style::steps) >= 340 + 234);
}

TEST_CASE("words lie beside each other, joined by no line") {
  Chart chart = dots({{0, 1}, {1, 2}, {2, 3}}, {"adam", "sgd", "larc"});
  const auto apart = patch(draw(chart).pixels(), blue).pixels;
  chart.panels[0].lines[0].style = Chart::Style::marked;
  CHECK(patch(draw(chart).pixels(), blue).pixels == apart);
}

TEST_CASE("panels stand in rows of three, on one scale") {
  Chart chart = dots({{0, 0}, {1, 1}});
  const Picture one = draw(chart).pixels();
  chart.panels.push_back({"", {{"a", {{0, 0}, {1, 1}}, Chart::Style::dots}}});
  const Picture two = draw(chart).pixels();
  CHECK(two.width == 2 * one.width);
  CHECK(two.height == one.height);
  chart.panels.resize(4, chart.panels[0]);
  const Picture four = draw(chart).pixels();
  CHECK(four.width == 3 * one.width);
  CHECK(four.height > 3 * one.height / 2);
}
