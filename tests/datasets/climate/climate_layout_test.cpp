#include "datasets/climate/climate_layout.hpp"

#include <doctest/doctest.h>

#include "tests/datasets/climate/climate_maker.hpp"

using namespace stormsweep;

TEST_CASE("months count from January of the year 0") {
  CHECK(month_of(2015, 1) == 24180);
  CHECK(year_of(24180) == 2015);
  CHECK(month_of_year(24180) == 1);
  CHECK(year_of(24191) == 2015);
  CHECK(month_of_year(24191) == 12);
  CHECK(words_of_month(month_of(2100, 12)) == "2100-12");
}

TEST_CASE("a grid of even cells: poles are edges, row 0 is south") {
  const ClimateGrid grid = even_grid(4, 8);
  CHECK(grid.latitudes == std::vector<double>{-67.5, -22.5, 22.5, 67.5});
  CHECK(grid.longitudes.front() == 22.5);
  CHECK(grid.longitudes.back() == 337.5);
}

TEST_CASE("the mean over the Earth counts cells by the cosine of their latitude") {
  const ClimateGrid grid{{0, 60}, {90, 270}};
  CHECK(grid.mean(std::vector<float>{1, 3, 5, 9}) == doctest::Approx((1 + 3 + 0.5 * (5 + 9)) / 3));
}

TEST_CASE("windows: months i ... i + 11, then month i + 12, never from another run or scenario") {
  const ClimateLayout layout = small_climate();
  const auto windows = climate_windows(layout, 12);
  // low r1: 30 - 12; low r2: all 6, as forcings before them are known; high r1: begins 4 months in, so lacks 8 of its
  // 16.
  REQUIRE(windows.size() == 18 + 6 + 8);
  CHECK(windows[0].month == month_of(2016, 1));
  CHECK(windows[0].frame == 12);
  CHECK(windows[17].month == month_of(2017, 6));
  CHECK(windows[17].frame == 29);
  CHECK(windows[18].run == 1);
  CHECK(windows[18].month == month_of(2017, 1));
  CHECK(windows[18].frame == 30);  // the first of r2, whose forcings begin in 2016-01
  CHECK(windows[24].run == 2);
  CHECK(windows[24].scenario == 1);
  CHECK(windows[24].month == month_of(2021, 3));
  CHECK(windows[24].frame == 36 + 8);
  CHECK(windows[31].month == month_of(2021, 10));
  CHECK(windows[31].frame == layout.target_frames() - 1);
}

TEST_CASE("a scenario has no windows longer than itself") {
  const ClimateLayout layout = small_climate();
  CHECK(climate_windows(layout, 24).size() == 6 + 6);
  CHECK(climate_windows(layout, 31).empty());
}

TEST_CASE("a forecast goes to the month after the last of the forcings") {
  const auto windows = forecast_windows(small_climate(), 1, 12);
  REQUIRE(windows.size() == 9);
  CHECK(windows.front().month == month_of(2021, 3));
  CHECK(windows.back().month == month_of(2021, 11));
  CHECK(windows.back().frame == -1);
}

TEST_CASE("borders of rows lie halfway, the outermost at the poles") {
  CHECK(row_borders({-60, 0, 20}) == std::vector<double>{-90, -30, 10, 90});
}
