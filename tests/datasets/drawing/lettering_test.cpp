#include "datasets/drawing/lettering.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace stormsweep;

namespace {

constexpr Colour white{255, 255, 255}, black{0, 0, 0};

struct Ink {
  std::int64_t top = 1000, left = 1000, bottom = -1, right = -1;  ///< of the pixels that are not white
  double amount = 0;                                              ///< in black pixels
};

Ink ink_of(const Canvas& canvas) {
  Ink ink;
  for (std::int64_t row = 0; row < canvas.height; ++row) {
    for (std::int64_t column = 0; column < canvas.width; ++column) {
      if (canvas.at(row, column) == white) continue;
      ink.top = std::min(ink.top, row), ink.bottom = std::max(ink.bottom, row);
      ink.left = std::min(ink.left, column), ink.right = std::max(ink.right, column);
      ink.amount += (255 - canvas.at(row, column).red) / 255.0;
    }
  }
  return ink;
}

Ink written(const std::string& text, double size, double top = 20, double left = 30) {
  Canvas canvas(80, 400, white);
  write_text(canvas, text, top, left, size, black);
  return ink_of(canvas);
}

}  // namespace

TEST_CASE("lettering: every letter that labels need is there, and no two look alike") {
  std::set<std::string> pictures;
  const std::string letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz+-=.,:;/()%<>_'";
  for (const char letter : letters) {
    CAPTURE(letter);
    Canvas canvas(40, 40, white);
    write_text(canvas, {&letter, 1}, 10, 10, 12, black);
    CHECK(ink_of(canvas).amount > 1);
    std::string picture;
    for (const Colour& pixel : canvas.pixels) picture.push_back(static_cast<char>(pixel.red));
    CHECK(pictures.insert(picture).second);
  }
}

TEST_CASE("lettering: a text fills the width that is told and the height that is asked for") {
  for (const double size : {8.0, 12.0, 24.0}) {
    for (const std::string text : {"Hamburg", "+60 min", "L"}) {
      const Ink ink = written(text, size);
      CAPTURE(text);
      CAPTURE(size);
      CHECK(std::abs(static_cast<double>(ink.right - ink.left + 1 - text_width(text, size))) <= 1.5);
      CHECK(std::abs(static_cast<double>(ink.left) - 30) <= 1);
      CHECK(std::abs(static_cast<double>(ink.top) - 20) <= 1);
    }
    const Ink capital = written("H", size);
    CHECK(std::abs(static_cast<double>(capital.bottom - capital.top + 1) - size * 6.84 / 6) <= 1.5);
  }
  CHECK(text_width("", 12) == 0);
  CHECK(written(" ", 12).amount == 0);
}

TEST_CASE("lettering: strokes have the same weight wherever a letter lies between pixels") {
  const double here = written("E", 12).amount, there = written("E", 12, 20.5, 30.37).amount;
  CHECK(there == doctest::Approx(here).epsilon(0.03));
}

TEST_CASE("lettering: what lies outside the canvas is left out") {
  Canvas canvas(6, 6, white);
  write_text(canvas, "W8%", -4, -7, 12, black);
  write_text(canvas, "gj", 2, 3, 40, black);
  CHECK(ink_of(canvas).amount > 0);
}
