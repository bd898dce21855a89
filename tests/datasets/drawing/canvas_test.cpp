#include "datasets/drawing/canvas.hpp"

#include <doctest/doctest.h>
#include <png.h>

#include <algorithm>
#include <fstream>

#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

constexpr Colour white{255, 255, 255}, red{255, 0, 0}, blue{0, 0, 255}, black{0, 0, 0};

Canvas read_png(const std::filesystem::path& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_file(&image, path.c_str()) != 0);
  image.format = PNG_FORMAT_RGB;
  Canvas canvas(image.height, image.width, black);
  REQUIRE(png_image_finish_read(&image, nullptr, canvas.pixels.data(), 0, nullptr) != 0);
  return canvas;
}

std::int64_t count(const Canvas& canvas, Colour colour) {
  return std::ranges::count(canvas.pixels, colour);
}

}  // namespace

TEST_CASE("canvas: boxes and pictures go where they are told, and nowhere else") {
  Canvas canvas(4, 5, white);
  fill(canvas, {1, 2, 3, 9}, red);
  CHECK(count(canvas, red) == 6);
  CHECK(canvas.at(1, 2) == red);
  CHECK(canvas.at(2, 4) == red);
  CHECK(canvas.at(3, 2) == white);

  Canvas picture(2, 2, blue);
  picture.at(1, 1) = black;
  place(canvas, picture, -1, -1);
  CHECK(canvas.at(0, 0) == black);
  CHECK(count(canvas, blue) == 0);
  place(canvas, picture, 3, 4);
  CHECK(canvas.at(3, 4) == blue);
  CHECK(count(canvas, blue) == 1);

  Canvas framed(4, 4, white);
  outline(framed, {0, 0, 4, 4}, black);
  CHECK(count(framed, white) == 4);
  CHECK(framed.at(1, 2) == white);
}

TEST_CASE("canvas: a new pixel is the mean of what it covers") {
  Canvas canvas(2, 3, black);
  canvas.at(0, 0) = {100, 0, 0};
  canvas.at(0, 1) = {0, 200, 0};
  canvas.at(1, 2) = {0, 0, 60};
  const Canvas half = resized(canvas, 1, 1);
  CHECK(half.at(0, 0) == Colour{17, 33, 10});  // 100 / 6, 200 / 6, 60 / 6
  const Canvas two = resized(canvas, 2, 2);    // each covers one and a half columns
  CHECK(two.at(0, 0) == Colour{67, 67, 0});
  CHECK(two.at(0, 1) == Colour{0, 67, 0});
  CHECK(two.at(1, 1) == Colour{0, 0, 40});
  CHECK(std::ranges::equal(resized(canvas, 2, 3).pixels, canvas.pixels));
  const Canvas large = resized(canvas, 6, 9);
  for (std::int64_t row = 0; row < 6; ++row) {
    for (std::int64_t column = 0; column < 9; ++column) CHECK(large.at(row, column) == canvas.at(row / 3, column / 3));
  }
}

TEST_CASE("canvas: the border of a mask, stretched over a larger canvas") {
  Canvas canvas(6, 8, white);
  const std::vector<std::uint8_t> mask{0, 1, 1, 0,  //
                                       0, 1, 1, 0,  //
                                       0, 0, 0, 0};
  draw_border(canvas, mask, 3, 4, black);
  CHECK(count(canvas, black) == 12);  // of 4 x 4, all but the inner 2 x 2
  CHECK(canvas.at(0, 2) == black);
  CHECK(canvas.at(3, 5) == black);
  CHECK(canvas.at(1, 3) == white);
  CHECK(canvas.at(4, 3) == white);
}

TEST_CASE("canvas: a PNG file read by libpng has the same pixels; where none can be written none is left") {
  const TemporaryFolder folder;
  Canvas canvas(3, 2, white);
  canvas.at(0, 1) = {1, 2, 3};
  canvas.at(2, 0) = {250, 128, 7};
  write_png(folder / "a.png", canvas);
  const Canvas read = read_png(folder / "a.png");
  CHECK(read.height == 3);
  CHECK(read.width == 2);
  CHECK(std::ranges::equal(read.pixels, canvas.pixels));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);

  CHECK_THROWS_AS(write_png(folder / "none" / "a.png", canvas), InputError);
  std::filesystem::create_directories(folder / "b.png" / "full");
  CHECK_THROWS_WITH_AS(write_png(folder / "b.png", canvas), doctest::Contains("b.png: cannot be written"), InputError);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);
}
