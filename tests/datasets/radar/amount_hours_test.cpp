#include "datasets/radar/amount_hours.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

/// Of one sequence; hours of which nothing is told.
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

TEST_CASE("amount hours: since the image before, but for images that are missing") {
  CHECK(completed(images({0, 30, 60})) == std::vector<double>{0.5, 0.5, 0.5});
  CHECK(completed(images({0, 30, 120})) == std::vector<double>{0.5, 0.5, 0.5});
  // months of 31, 28 and 31 days
  CHECK(completed(images({44640, 84960, 129600})) == std::vector<double>{672, 672, 744});
  CHECK(completed(images({0, 30}, 1)) == std::vector<double>{1, 1});
}

TEST_CASE("amount hours: each sequence has its own, and what was taken for granted is told") {
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
