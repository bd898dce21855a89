#include "datasets/drawing/chart.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace stormsweep;

namespace {

constexpr Colour blue{0, 114, 178}, vermilion{213, 94, 0};

/// The pixels of a colour: their number and their middle.
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
  CHECK(low.pixels > 60);  // two discs of 64 pixels each, without their rims
  Chart chart = dots({{1, 1}});
  chart.panels[0].lines.push_back({"b", {{9, 9}}, Chart::Style::dots});
  const Picture picture = draw(chart).pixels();
  // The legend also has one mark of each, the first at the left: the rest of the means is due to the chart.
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

namespace {

/// Whether anything is drawn within the columns [left, right).
bool is_drawn(const Picture& picture, std::int64_t left, std::int64_t right) {
  for (std::int64_t row = 0; row < picture.height; ++row)
    for (std::int64_t column = left; column < right; ++column)
      if (picture.at(row, column) != Colour{255, 255, 255}) return true;
  return false;
}

}  // namespace

TEST_CASE("names that are too long do not run over an edge") {
  const std::string name(300, 'n');
  Chart chart{name, name, {}, {{name, {{name + "1", {{0, 0}, {1, 1}}}, {name + "2", {{0, 1}}}}}}};
  chart.note = name;
  const Picture numbers = draw(chart).pixels();
  CHECK_FALSE(is_drawn(numbers, 0, 4));
  CHECK_FALSE(is_drawn(numbers, numbers.width - 4, numbers.width));
  chart.words = {name, name};
  const Picture words = draw(chart).pixels();
  CHECK_FALSE(is_drawn(words, 0, 4));
  CHECK_FALSE(is_drawn(words, words.width - 4, words.width));
}

TEST_CASE("words that have no room side by side are turned, and take room below") {
  const std::vector<std::string> few{"adam", "sgd"};
  std::vector<std::string> many;
  for (int i = 0; i < 12; ++i) many.push_back("a scheme of " + std::to_string(i) + " moments");
  const Picture level = draw(dots({{0, 1}, {1, 2}}, few)).pixels(),
                turned = draw(dots({{0, 1}, {11, 2}}, many)).pixels();
  CHECK(turned.height > level.height + 60);
}

TEST_CASE("what has no value is marked on the axis below, and stretches that axis alone") {
  Chart chart = dots({{2, 5}, {4, 6}});
  chart.panels[0].lines.push_back({"lost", {{1, 0}, {9, 0}}, Chart::Style::at_axis});
  const Picture picture = draw(chart).pixels();
  const Patch middle = patch(picture, blue);
  CHECK(middle.column < static_cast<double>(picture.width) / 2);  // 2 and 4 of 1 to 9
  // A stroke's edge blends with the paper, so reddish pixels count; none lies above the dots.
  const auto red_below = [&](std::int64_t row) {
    const auto from = picture.pixels.begin() + row * picture.width;
    return std::count_if(from, picture.pixels.end(), [](const Colour& c) { return c.red > c.blue + 40; });
  };
  CHECK(red_below(0) > 20);
  CHECK(red_below(0) == red_below(std::llround(middle.row)));
}

TEST_CASE("a note stands below, and many dots are small") {
  Chart chart = dots({{0, 0}, {1, 1}});
  const Picture without = draw(chart).pixels();
  chart.note = "each point is a mean";
  CHECK(draw(chart).pixels().height == without.height + 22);
  std::vector<Position> points;
  for (int i = 0; i < 150; ++i) points.push_back({static_cast<double>(i % 2), static_cast<double>(i % 2)});
  const auto large = patch(draw(dots(points)).pixels(), blue).pixels;
  points.push_back(points.front());
  CHECK(patch(draw(dots(points)).pixels(), blue).pixels < large / 2);
}
