#include "experiments/segmentation/weather_map.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "experiments/segmentation/weather_panel.hpp"

using namespace stormsweep;

namespace {

/// 36 x 72 pixels; a cyclone in the north-west corner, a river south of the middle.
struct PanelWorld {
  WeatherGrid grid = global_grid(36, 72);
  std::vector<float> field = std::vector<float>(36 * 72, 5);
  std::vector<std::uint8_t> classes = std::vector<std::uint8_t>(36 * 72);
  PanelWorld() {
    field[0] = 0, field[1] = 10;
    for (std::size_t row = 30; row < 36; ++row) classes[row * 72] = classes[row * 72 + 1] = 1;
    for (std::size_t column = 20; column < 60; ++column) classes[12 * 72 + column] = 2;
  }
};

std::int64_t count(const Picture& picture, Colour colour) {
  return std::ranges::count(picture.pixels, colour);
}

bool grey(Colour colour) {
  return colour.red == colour.green && colour.green == colour.blue;
}

}  // namespace

TEST_CASE("weather panel: north is up whichever way the rows go, degrees are square, classes lie where they are") {
  PanelWorld world;
  const ColourScale scale = smooth_scale("", 0, 10);
  const PanelSize size = panel_size(world.grid, 720);
  CHECK(size.width == 720);
  CHECK(size.height == 370);  // rows at the poles reach half a pixel further
  const auto draw = [&](const std::vector<float>& field, const std::optional<std::vector<std::uint8_t>>& classes) {
    Drawing drawing(size.height, size.width);
    draw_weather_panel(drawing, {0, 0, size.height, size.width}, world.grid, field, scale, classes);
    return drawing.pixels();
  };
  const Picture panel = draw(world.field, world.classes);
  CHECK(panel.at(5, 0) == class_colours[0]);
  CHECK(panel.at(61, 5) == class_colours[0]);  // the lower border of six rows of 10.3 pixels
  CHECK(!grey(panel.at(30, 10)));
  CHECK(grey(panel.at(100, 10)));
  CHECK(panel.at(370 - 1 - 12 * 370 / 36, 301) == class_colours[1]);
  const Picture plain = draw(world.field, {});
  CHECK(plain.at(365, 15) == colour_of(scale, 10));  // south-west: the field's second value, ten pixels wide
  CHECK(plain.at(365, 25) == colour_of(scale, 5));
  CHECK(count(plain, class_colours[0]) == 0);

  std::ranges::reverse(world.grid.latitudes);
  std::vector<float> field;
  std::vector<std::uint8_t> classes;
  for (std::size_t row = 36; row-- > 0;) {
    field.insert(field.end(), world.field.begin() + row * 72, world.field.begin() + (row + 1) * 72);
    classes.insert(classes.end(), world.classes.begin() + row * 72, world.classes.begin() + (row + 1) * 72);
  }
  CHECK(std::ranges::equal(draw(field, classes).pixels, panel.pixels));
}

TEST_CASE("weather panel: ticks at round degrees") {
  const auto places = [](const std::vector<Tick>& ticks) {
    std::vector<std::string> labels;
    for (const Tick& tick : ticks) labels.push_back(tick.label);
    return labels;
  };
  WeatherGrid grid = global_grid(181, 360);
  CHECK(places(latitude_ticks(grid, 360)) == std::vector<std::string>{"60°S", "30°S", "0°", "30°N", "60°N"});
  CHECK(places(longitude_ticks(grid, 720)) == std::vector<std::string>{"0°", "60°E", "120°E", "180°", "120°W", "60°W"});
  CHECK(longitude_ticks(grid, 720)[3].place == 361);  // column 180 begins half a degree before it
  CHECK(latitude_ticks(grid, 362)[2].place == 181);
  for (double& longitude : grid.longitudes) longitude -= 180;
  CHECK(places(longitude_ticks(grid, 720)) == std::vector<std::string>{"180°", "120°W", "60°W", "0°", "60°E", "120°E"});
  grid.latitudes = {32.5, 37.5, 42.5}, grid.longitudes = {232.5, 237.5, 242.5, 247.5};
  CHECK(places(latitude_ticks(grid, 300)) == std::vector<std::string>{"30°N", "35°N", "40°N", "45°N"});
  CHECK(places(longitude_ticks(grid, 400)) == std::vector<std::string>{"130°W", "125°W", "120°W", "115°W", "110°W"});
}

TEST_CASE("weather map: small and large grids make figures of one width, a panel below the other") {
  const PanelWorld world;
  WeatherMap map{
      .title = "a", .field_name = "TMQ", .field_unit = "kg/m2", .field = world.field, .panels = {{"TMQ", {}}}};
  const Picture one = draw(world.grid, map).pixels();
  CHECK(one.width > 840);
  map.panels.push_back({"truth", world.classes});
  map.panels.push_back({"prediction", world.classes});
  const Picture three = draw(world.grid, map).pixels();
  CHECK(three.width == one.width);
  CHECK(three.height > one.height + 2 * 420);
  CHECK(count(three, class_colours[1]) > 4 * 840 / 72 * 40);
  CHECK(count(one, class_colours[1]) == 0);

  const WeatherGrid large = global_grid(300, 1200);
  map.field.assign(300 * 1200, 1), map.panels = {{"TMQ", {}}};
  CHECK(draw(large, map).pixels().width == one.width);
  map.field.assign(300 * 1200, std::nanf(""));  // nothing to see, yet no reason to fail
  CHECK(count(draw(large, map).pixels(), smooth_scale("", 0, 1).missing) > 100000);
}
