#include "datasets/drawing/figure.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>

using namespace stormsweep;

namespace {

constexpr Colour white{255, 255, 255};

Figure::Panel panel(Colour colour) {
  return {Picture(30, 50, colour), {}};
}

}  // namespace

TEST_CASE("figure: each panel lies whole, once, in its row and column; an empty place stays empty") {
  const Colour colours[] = {{250, 1, 1}, {1, 250, 1}, {1, 1, 250}};
  Figure figure{
      .title = "Radar",
      .columns = {"+10 min", "+20 min"},
      .rows = {{"forecast", {panel(colours[0]), panel(colours[1])}}, {"truth", {std::nullopt, panel(colours[2])}}},
      .scale = rain_scale(),
      .note = "a note"};
  const Picture picture = draw(figure).pixels();
  constexpr std::int64_t height = 192, width = 320;  // 30 x 50, the longer side Figure::panel_side
  std::int64_t tops[3], lefts[3];
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(std::ranges::count(picture.pixels, colours[i]) == (height - 2) * (width - 2));  // all but the frame
    const auto first = std::ranges::find(picture.pixels, colours[i]) - picture.pixels.begin();
    tops[i] = first / picture.width, lefts[i] = first % picture.width;
    CHECK(picture.at(tops[i] + height - 3, lefts[i] + width - 3) == colours[i]);
  }
  CHECK(tops[0] == tops[1]);
  CHECK(tops[2] > tops[0] + height);
  CHECK(lefts[1] > lefts[0] + width);
  CHECK(lefts[2] == lefts[1]);
  CHECK(picture.at(tops[2] + 10, lefts[0] + 10) == white);
  for (const Colour& colour : figure.scale.colours) CHECK(std::ranges::count(picture.pixels, colour) > 100);
  CHECK(std::ranges::count(picture.pixels, figure.scale.missing) > 100);
  for (std::int64_t row = 0; row < picture.height; ++row)
    REQUIRE(picture.at(row, picture.width - 1) == white);  // nothing runs over the edge
  for (std::int64_t column = 0; column < picture.width; ++column)
    REQUIRE(picture.at(picture.height - 1, column) == white);
}

TEST_CASE("figure: title, columns, rows, numbers and note are written, each in a place of its own") {
  Figure figure{.title = "Radar",
                .columns = {"+10 min"},
                .rows = {{"forecast", {panel(white)}}},
                .scale = rain_scale(),
                .note = "a note"};
  const Picture whole = draw(figure).pixels();
  /// The box around the pixels that change when a text is left out.
  const auto box_of = [&](std::string& text) {
    const std::string kept = std::exchange(text, std::string(text.size(), ' '));
    const Picture without = draw(figure).pixels();
    text = kept;
    Box box{whole.height, whole.width, 0, 0};
    // If rows or columns moved because a text takes no room, all that follow would change.
    REQUIRE(without.height == whole.height);
    for (std::int64_t i = 0; i < whole.height; ++i) {
      for (std::int64_t j = 0; j < std::min(whole.width, without.width); ++j) {
        if (whole.at(i, j) == without.at(i, j)) continue;
        box = {std::min(box.top, i), std::min(box.left, j), std::max(box.bottom, i + 1), std::max(box.right, j + 1)};
      }
    }
    return box;
  };
  const Box title = box_of(figure.title), column = box_of(figure.columns[0]), note = box_of(figure.note);
  for (const Box& box : {title, column, note}) {
    CHECK(box.height() > 8);
    CHECK(box.width() > 30);
  }
  CHECK(title.bottom < column.top);
  CHECK(column.bottom < note.top);
  CHECK(note.bottom < whole.height);
}

TEST_CASE("figure: a line is drawn around what is to be encircled") {
  Figure::Panel one = panel(white);
  one.encircled.assign(30 * 50, 0);
  for (std::size_t row = 10; row < 20; ++row)
    std::fill_n(one.encircled.begin() + static_cast<std::ptrdiff_t>(row * 50 + 5), 40, std::uint8_t{1});
  const Figure figure{.title = "", .columns = {""}, .rows = {{"", {one}}}, .scale = rain_scale(), .note = ""};
  const Picture picture = draw(figure).pixels();
  CHECK(std::ranges::count(picture.pixels, Figure::line) == 2 * (256 + 64) - 4);  // 10 x 40 pixels of 6.4
}
