#include "master/scaling/published_scaling.hpp"

#include <doctest/doctest.h>

#include "master/page/paper.hpp"

using namespace stormsweep;
using doctest::Approx;

TEST_CASE("efficiencies among the published numbers: of ranks, and of a doubling") {
  const auto weather = published_scaling(published_texts().at("segmentation"));
  REQUIRE(weather.size() == 2);
  CHECK(weather[0].ranks == 5300);
  CHECK(weather[0].efficiency == 0.790);
  CHECK(weather[0].machine == "Piz Daint");
  CHECK(weather[1].machine == "Summit");
  CHECK(weather[1].ranks == 27360);
  CHECK(weather[1].efficiency == 0.907);
  const auto rain = published_scaling(published_texts().at("nowcast"));
  REQUIRE(rain.size() == 2);
  CHECK(rain[0].ranks == 2);
  CHECK(rain[0].efficiency == Approx(0.931));
  CHECK(rain[1].efficiency == Approx(0.964));
  CHECK(published_scaling(published_texts().at("tornado")).empty());
}
