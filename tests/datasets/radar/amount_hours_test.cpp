#include "datasets/radar/amount_hours.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

/// Images of one sequence; by default their hours are unknown.
std::vector<RadarImage> images(const std::vector<std::int64_t>& minutes, double hours = 0) {
  std::vector<RadarImage> result;
  for (const std::int64_t minute : minutes)
    result.push_back({.path = "a.nc", .time = 60 * minute, .variable = "rain", .hours = hours});
  return result;
}

std::vector<double> completed(std::vector<RadarImage> all) {
  complete_hours(all);
  std::vector<double> hours;
  for (const RadarImage& image : all) hours.push_back(image.hours);
  return hours;
}

}  // namespace

TEST_CASE("amount hours: since the image before, unless images are missing") {
  CHECK(completed(images({0, 30, 60})) == std::vector<double>{0.5, 0.5, 0.5});
  CHECK(completed(images({0, 30, 120})) == std::vector<double>{0.5, 0.5, 0.5});
  // months of 31, 28 and 31 days
  CHECK(completed(images({44640, 84960, 129600})) == std::vector<double>{672, 672, 744});
  CHECK(completed(images({0, 30}, 1)) == std::vector<double>{1, 1});
}

TEST_CASE("amount hours: each sequence has its own, and assumptions are reported") {
  std::vector<RadarImage> all = images({0, 30, 60});
  for (RadarImage& image : images({0, 120})) {
    image.sequence = 1;
    all.push_back(image);
  }
  CHECK(complete_hours(all) ==
        "a.nc: it is not told since when the amounts of rain fell; they are taken as those since the image before, 0.5 "
        "h");
  CHECK(all[4].hours == 2);
  CHECK(complete_hours(all).empty());
  std::vector<RadarImage> alone = images({0});
  CHECK_THROWS_WITH_AS(complete_hours(alone), doctest::Contains("a.nc: rain holds amounts, but not since when; give"),
                       InputError);
}

TEST_CASE("amount hours: sums may roll on, but none begins with another and ends later") {
  check_begins(images({0, 5, 10, 15}, 1));
  std::vector<RadarImage> growing = images({60, 120, 180}, 1);
  check_begins(growing);
  growing[2].path = "b.nc", growing[2].hours = 2;
  CHECK_THROWS_WITH_AS(check_begins(growing),
                       "b.nc: the amount of rain in 2 h begins with that in 1 h of a.nc, and holds it; give amounts "
                       "since the image before, or rates",
                       InputError);
  growing[2].sequence = 1;
  check_begins(growing);
}

TEST_CASE("amount hours: GRIB's amounts of a moment are left out where others are of an interval") {
  std::vector<RadarImage> all = images({0, 60, 120}, 1);
  for (RadarImage& image : all) image.format = RadarFormat::grib;
  CHECK(leave_out_empty(all).empty());
  all[0].hours = 0;
  CHECK(leave_out_empty(all) == "a.nc: rain of a moment, not of an interval, is left out");
  CHECK(all.size() == 2);
  for (RadarImage& image : all) image.hours = 0;
  CHECK(leave_out_empty(all).empty());
  CHECK(all.size() == 2);
}
