#include "datasets/drawing/drawing.hpp"

#include <cairo.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "search/base/error.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;

namespace {

constexpr Colour white{255, 255, 255}, red{255, 0, 0}, blue{0, 0, 255}, black{0, 0, 0};

/// A PNG file as Cairo reads it.
Picture read_png(const std::filesystem::path& path) {
  cairo_surface_t* const surface = cairo_image_surface_create_from_png(path.c_str());
  REQUIRE(cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS);
  Picture picture(cairo_image_surface_get_height(surface), cairo_image_surface_get_width(surface), black);
  for (std::int64_t row = 0; row < picture.height; ++row) {
    const unsigned char* const data =
        cairo_image_surface_get_data(surface) + row * cairo_image_surface_get_stride(surface);
    for (std::int64_t column = 0; column < picture.width; ++column) {
      const auto pixel = reinterpret_cast<const std::uint32_t*>(data)[column];
      const auto byte = [&](int shift) { return static_cast<std::uint8_t>(pixel >> shift); };
      picture.at(row, column) = {byte(16), byte(8), byte(0)};
    }
  }
  cairo_surface_destroy(surface);
  return picture;
}

std::int64_t count(const Picture& picture, Colour colour) {
  return std::ranges::count(picture.pixels, colour);
}

struct Ink {
  std::int64_t top = 1000, left = 1000, bottom = -1, right = -1;  ///< of the pixels that are not white
  double amount = 0;                                              ///< in black pixels
};

Ink ink_of(const Picture& picture) {
  Ink ink;
  for (std::int64_t row = 0; row < picture.height; ++row) {
    for (std::int64_t column = 0; column < picture.width; ++column) {
      if (picture.at(row, column) == white) continue;
      ink.top = std::min(ink.top, row), ink.bottom = std::max(ink.bottom, row);
      ink.left = std::min(ink.left, column), ink.right = std::max(ink.right, column);
      ink.amount += (255 - picture.at(row, column).red) / 255.0;
    }
  }
  return ink;
}

Ink written(std::string_view text, double size, Align align = Align::left) {
  Drawing drawing(80, 800);
  drawing.write({text, 400, 40, size, black, align});
  return ink_of(drawing.pixels());
}

}  // namespace

TEST_CASE("drawing: boxes and frames are drawn in their place, and nowhere else") {
  Drawing drawing(4, 5);
  drawing.fill({1, 2, 3, 9}, red);
  const Picture filled = drawing.pixels();
  CHECK(count(filled, red) == 6);
  CHECK(count(filled, white) == 14);
  CHECK(filled.at(1, 2) == red);
  CHECK(filled.at(2, 4) == red);

  Drawing framed(4, 4);
  framed.outline({0, 0, 4, 4}, black);
  CHECK(count(framed.pixels(), white) == 4);
  CHECK(count(framed.pixels(), black) == 12);
  CHECK(framed.pixels().at(1, 2) == white);
}

TEST_CASE("drawing: every fourth pixel of a dotted line, exactly") {
  Drawing drawing(12, 12);
  drawing.dot_right(1, 2, 9, red);
  drawing.dot_down(4, 1, 8, blue);
  const Picture picture = drawing.pixels();
  for (const std::int64_t column : {2, 6, 10}) CHECK(picture.at(1, column) == red);
  for (const std::int64_t row : {4, 8}) CHECK(picture.at(row, 1) == blue);
  CHECK(count(picture, white) == 144 - 5);
}

TEST_CASE("drawing: each place of a stretched picture has the colour of the nearest pixel, exactly") {
  Picture picture(3, 7, white);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i)
    picture.pixels[i] = {static_cast<std::uint8_t>(12 * i), static_cast<std::uint8_t>(255 - i), 77};
  for (const auto& [height, width] : {std::pair{3, 7}, {30, 70}, {10, 16}, {2, 4}, {100, 333}}) {
    CAPTURE(height);
    Drawing drawing(height + 5, width + 6);
    drawing.show(picture, {2, 3, 2 + height, 3 + width});
    const Picture shown = drawing.pixels();
    CHECK(count(shown, white) == (height + 5) * (width + 6) - height * width);
    bool exact = true;
    for (std::int64_t row = 0; row < height; ++row)
      for (std::int64_t column = 0; column < width; ++column)
        exact = exact && shown.at(2 + row, 3 + column) ==
                             picture.at((2 * row + 1) * 3 / (2 * height), (2 * column + 1) * 7 / (2 * width));
    CHECK(exact);
  }
}

TEST_CASE("drawing: a mask, stretched over a larger box, is encircled within") {
  Drawing drawing(8, 12);
  const std::vector<std::uint8_t> mask{0, 1, 1, 0,  //
                                       0, 1, 1, 0,  //
                                       0, 0, 0, 0};
  drawing.encircle(mask, 3, 4, {1, 2, 7, 10}, black);
  const Picture picture = drawing.pixels();
  CHECK(count(picture, black) == 12);  // of 4 x 4, all but the inner 2 x 2
  CHECK(count(picture, white) == 8 * 12 - 12);
  CHECK(picture.at(1, 4) == black);
  CHECK(picture.at(4, 7) == black);
  CHECK(picture.at(2, 5) == white);
}

TEST_CASE("drawing: every letter that labels need is there, and no two look alike") {
  std::set<std::string> pictures;
  for (const std::string letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz+-=.,:;/()%<>_'";
       const char letter : letters) {
    CAPTURE(letter);
    Drawing drawing(40, 40);
    drawing.write({{&letter, 1}, 10, 20, 16, black});
    std::string picture;
    for (const Colour& pixel : drawing.pixels().pixels) picture.push_back(static_cast<char>(pixel.red));
    CHECK(ink_of(drawing.pixels()).amount > 1);
    CHECK(pictures.insert(picture).second);
  }
  CHECK(written("°", 16).amount > 1);
}

TEST_CASE("drawing: a text fills its stated width, its capitals around its middle, on the requested side") {
  for (const double size : {11.0, 16.0, 32.0}) {
    CAPTURE(size);
    const std::string text = "Hamburg +60 minH";
    const double width = text_width(text, size);
    for (const auto& [align, left] :
         {std::pair{Align::left, 400.0}, {Align::centre, 400 - width / 2}, {Align::right, 400 - width}}) {
      const Ink ink = written(text, size, align);
      CHECK(std::abs(static_cast<double>(ink.left) - left) < 2 + size / 8);  // letters have some space around them
      CHECK(std::abs(static_cast<double>(ink.right + 1) - left - width) < 2 + size / 8);
    }
    const Ink capital = written("H", size);
    CHECK(std::abs(static_cast<double>(capital.top + capital.bottom + 1) / 2 - 40) <= 1);
    CHECK(static_cast<double>(capital.bottom - capital.top) > size * 0.6);
    CHECK(static_cast<double>(capital.bottom - capital.top) < size * 0.9);
  }
  CHECK(text_width("", 12) == 0);
  CHECK(written(" ", 12).amount == 0);
}

TEST_CASE("drawing: a PNG file has the same pixels") {
  const TemporaryFolder folder;
  Drawing drawing(30, 20);
  drawing.fill({0, 1, 1, 2}, {1, 2, 3});
  drawing.fill({2, 0, 30, 1}, {250, 128, 7});
  drawing.write({"g", 5, 15, 14, blue});
  drawing.save(folder / "a.png");
  const Picture read = read_png(folder / "a.png"), picture = drawing.pixels();
  CHECK(read.height == 30);
  CHECK(read.width == 20);
  CHECK(read.at(0, 1) == Colour{1, 2, 3});
  CHECK(std::ranges::equal(read.pixels, picture.pixels));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("drawing: an SVG file has its size, its lines, its letters, and pictures that are not smoothed") {
  const TemporaryFolder folder;
  Drawing drawing(30, 20);
  drawing.show(Picture(2, 3, red), {0, 0, 10, 15});
  const auto uses = [&] {
    drawing.save(folder / "a.svg");
    const std::string svg = text_of(folder / "a.svg");
    std::int64_t result = 0;
    for (std::size_t at = 0; (at = svg.find("#glyph", at + 1)) != std::string::npos;) ++result;
    return result;
  };
  CHECK(uses() == 0);
  drawing.write({"two", 5, 20, 9, blue});
  CHECK(uses() == 3);
  const std::string svg = text_of(folder / "a.svg");
  CHECK(svg.find("<svg style=\"image-rendering:pixelated\" ") != std::string::npos);
  CHECK(svg.find("viewBox=\"0 0 20 30\"") != std::string::npos);
  CHECK(svg.find("data:image/png;base64,") != std::string::npos);
  CHECK(svg.ends_with("</svg>\n"));
}

TEST_CASE("drawing: a figure is the same bytes whenever it is drawn, and whatever was drawn before") {
  const TemporaryFolder folder;
  const auto save = [&](const std::string& stem) {
    Drawing drawing(30, 40);
    drawing.show(Picture(2, 3, red), {0, 0, 10, 15});
    drawing.show(Picture(2, 3, blue), {0, 20, 10, 35});
    drawing.write({"two", 5, 20, 9, blue});
    for (const char* ending : {".png", ".svg", ".pdf"}) drawing.save(folder / (stem + ending));
  };
  save("a");
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // PDF dates have seconds
  save("b");
  for (const std::string ending : {".png", ".svg", ".pdf"}) {
    CAPTURE(ending);
    CHECK(text_of(folder / ("a" + ending)) == text_of(folder / ("b" + ending)));
  }
}

TEST_CASE("drawing: each of an SVG file's references leads to one of its names, and no two names are the same") {
  const TemporaryFolder folder;
  Drawing drawing(30, 40);
  for (std::int64_t left = 0; left < 36; left += 3) drawing.show(Picture(1, 1, red), {0, left, 2, left + 2});
  drawing.write({"two", 5, 20, 9, blue});
  drawing.save(folder / "a.svg");
  const std::string svg = text_of(folder / "a.svg");
  const auto all = [&](const char* pattern) {
    const std::regex expression(pattern);
    return std::vector<std::string>(std::sregex_token_iterator(svg.begin(), svg.end(), expression, 1), {});
  };
  const std::vector<std::string> names = all(" id=\"([^\"]+)\""), references = all("#([a-z][^\")]*)");
  CHECK(std::set(names.begin(), names.end()).size() == names.size());
  CHECK(references.size() > 12);
  for (const std::string& name : references) CHECK(std::ranges::count(names, name) == 1);
}

TEST_CASE("drawing: where no file can be written none is left") {
  const TemporaryFolder folder;
  const Drawing drawing(3, 2);
  CHECK_THROWS_AS(drawing.save(folder / "none" / "a.png"), InputError);
  CHECK_THROWS_WITH_AS(drawing.save(folder / "a.jpg"), doctest::Contains("a.jpg: figures are PNG, SVG or PDF"),
                       InputError);
  std::filesystem::create_directories(folder / "b.png" / "full");
  CHECK_THROWS_WITH_AS(drawing.save(folder / "b.png"), doctest::Contains("b.png: "), InputError);
  CHECK_THROWS_WITH_AS(Drawing(2, 40000).save(folder / "c.png"), doctest::Contains("2 x 40000 pixels cannot be drawn"),
                       InputError);
  CHECK_THROWS_AS(Drawing(3, 2).show(Picture(40000, 1, white), {0, 0, 1, 1}), InputError);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a line and a polygon, the latter after a text, are where their points are") {
  Drawing drawing(40, 40);
  drawing.write({"x", 5, 35, 8, black});
  drawing.line(std::array{Position{10, 10.5}, Position{30, 10.5}}, red, 1);
  drawing.polygon(std::array{Position{20, 20}, Position{30, 20}, Position{30, 30}, Position{20, 30}}, blue);
  const Picture picture = drawing.pixels();
  CHECK(count(picture, red) == 20);
  CHECK(picture.at(10, 10) == red);
  CHECK(picture.at(10, 29) == red);
  CHECK(count(picture, blue) == 100);
  CHECK(picture.at(20, 20) == blue);
  CHECK(picture.at(29, 29) == blue);
}

TEST_CASE("a figure is a PDF by its name") {
  const TemporaryFolder folder;
  const Drawing drawing(40, 60);
  drawing.save(folder / "a.pdf");
  const std::string text = text_of(folder / "a.pdf");
  CHECK(text.starts_with("%PDF-"));
  CHECK(text.find("/MediaBox [ 0 0 60 40 ]") != text.npos);
}

TEST_CASE("drawing: a PNG file may have several dots per pixel, and states its size on paper") {
  const TemporaryFolder folder;
  Drawing drawing(30, 20, 3);
  drawing.fill({10, 5, 20, 6}, red);
  drawing.save(folder / "a.png");
  const Picture read = read_png(folder / "a.png");
  CHECK(read.height == 90);
  CHECK(read.width == 60);
  CHECK(count(read, red) == 10 * 9);
  CHECK(read.at(30, 15) == red);
  CHECK(read.at(59, 17) == red);
  // 11811 dots per metre, 300 per inch; the checksum is that of Python's zlib.crc32.
  const std::string chunk("\0\0\0\x09pHYs\0\0\x2e\x23\0\0\x2e\x23\x01\x78\xa5\x3f\x76", 21);
  CHECK(text_of(folder / "a.png").find(chunk) == 33);
  CHECK(drawing.pixels().height == 30);
  Drawing(10, 8000, 3).save(folder / "b.png");
  CHECK(read_png(folder / "b.png").width == 8000);
}

TEST_CASE("drawing: a text that is too wide keeps its beginning and end, in whole letters") {
  CHECK(elided("short", 100, 12) == "short");
  const std::string name = "gradient_clipping_norm_of_the_encoder 0.5", shown = elided(name, 120, 12);
  CHECK(text_width(shown, 12) <= 120);
  CHECK(text_width(shown, 12) > 100);
  CHECK(shown.starts_with("grad"));
  CHECK(shown.ends_with("der 0.5"));
  const std::string umlauts = elided("ääääääääääääääääääää", 60, 12);
  for (std::size_t at = 0; at < umlauts.size(); at += umlauts[at] == '\xe2' ? 3 : 2)
    CHECK((umlauts.substr(at, 2) == "ä" || umlauts.substr(at, 3) == "…"));
}

TEST_CASE("drawing: a text is turned around its end") {
  Drawing drawing(200, 200);
  drawing.write({"HHHHHH", 150, 50, 16, black, Align::right, -90});  // it ends at the top
  const Ink ink = ink_of(drawing.pixels());
  CHECK(ink.top >= 48);
  CHECK(static_cast<double>(ink.bottom - ink.top) == doctest::Approx(text_width("HHHHHH", 16)).epsilon(0.1));
  CHECK(ink.right - ink.left < 16);
}
