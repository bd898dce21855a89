#include "experiments/emulator/climate_figures.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>

using namespace stormsweep;

namespace {

/// 50 years from February 2015 on, two rows: the southern row is month of the year - 10, the northern one its year.
MonthlyMaps counted() {
  const ClimateMonth begin = month_of(2015, 2);
  torch::Tensor maps = torch::empty({600, 2, 1});
  for (std::int64_t m = 0; m < 600; ++m) {
    maps[m][0][0] = month_of_year(static_cast<ClimateMonth>(begin + m)) - 10;
    maps[m][1][0] = static_cast<double>(m);
  }
  return {"pr", "mm/day", begin, maps, {2.5}};
}

Colour pixel(const Figure& figure, std::size_t panel, std::int64_t row) {
  return figure.rows[0].panels[panel]->picture.at(row, 0);
}

}  // namespace

TEST_CASE("figures show the year and two seasons, north up, in the colours of their means") {
  const Figure error = error_figure(counted(), "t");
  CHECK(error.note == "2015-02 to 2065-01; from 2.5 to 2.5 degrees east");
  CHECK(error.aspect == 2);
  CHECK(error.columns == std::vector<std::string>{"year", "December to February", "June to August"});
  // Means of the southern row: 6.5 - 10, (12 + 1 + 2) / 3 - 10, 7 - 10. Of the northern one 299.5 and more: the limit.
  CHECK(error.scale.bounds.back() == doctest::Approx(0.9 * 500));
  for (const std::size_t panel : {0u, 1u, 2u}) {
    CHECK(pixel(error, panel, 0) == colour_of(error.scale, 299.5f));
    CHECK(pixel(error, panel, 1) == colour_of(error.scale, -4));
  }
  // Drier is red.
  CHECK(error.scale.below.red > error.scale.below.blue);
  auto temperature = counted();
  temperature.name = "tas", temperature.unit = "K";
  CHECK(error_figure(temperature, "t").scale.below.blue > error.scale.below.blue);
  const Figure mean = mean_figure(temperature, "t");
  CHECK(pixel(mean, 0, 0) == colour_of(mean.scale, 299.5f - 273.15f));
  CHECK(pixel(mean, 0, 1) == mean.scale.below);
}

TEST_CASE("months whose truth is not known do not count in the error") {
  auto error = counted();
  error.maps.slice(0, 96, 600).fill_(NAN);
  const Figure figure = error_figure(error, "t");
  // For 8 years, the means of whole years, winters and summers are 47.5, 49 and 47, below the limit of 50.
  CHECK(figure.scale.bounds.back() == doctest::Approx(0.9 * 50));
  CHECK(pixel(figure, 0, 0) == colour_of(figure.scale, 47.5f));
}

TEST_CASE("a change is that of the last 20 years against the first 20, and the note gives the months") {
  const Figure change = change_figure(counted(), "t");
  CHECK(change.note == "2045-02 to 2065-01 less 2015-02 to 2035-01; from 2.5 to 2.5 degrees east");
  CHECK(change.scale.bounds.back() == doctest::Approx(0.9 * 500));
  for (const std::size_t panel : {0u, 1u, 2u}) {
    CHECK(pixel(change, panel, 0) == colour_of(change.scale, 360));
    CHECK(pixel(change, panel, 1) == colour_of(change.scale, 0));
  }
  auto few = counted();
  few.maps = few.maps.slice(0, 0, 25);
  CHECK(change_figure(few, "t").note == "2016-03 to 2017-02 less 2015-02 to 2016-01; from 2.5 to 2.5 degrees east");
}
