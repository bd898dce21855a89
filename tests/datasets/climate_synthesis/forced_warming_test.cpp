#include "datasets/climate_synthesis/forced_warming.hpp"

#include <doctest/doctest.h>

#include "tests/datasets/climate_synthesis/climate_world.hpp"

using namespace stormsweep;
using namespace stormsweep::climate_world;

TEST_CASE("forced warming: about 1 K or 4 K, more at the poles and over land") {
  const World& w = world();
  const auto late = [&](const auto& maps, auto in) { return mean(maps, months - 240, months, 0, in); };
  CHECK(late(w.warming, everywhere) > 2.5);
  CHECK(late(w.warming, everywhere) < 5);
  CHECK(late(w.low_warming, everywhere) > 0.4);
  CHECK(late(w.low_warming, everywhere) < 1.5);
  const auto polar = [](std::int64_t row, std::int64_t) { return row >= height - 4; };
  const auto tropical = [](std::int64_t row, std::int64_t) { return row >= 10 && row < 14; };
  CHECK(late(w.warming, polar) > 1.4 * late(w.warming, tropical));
  const auto land = [&](std::int64_t row, std::int64_t i) {
    return row > 10 && w.land[static_cast<std::size_t>(i)] > 0.9f;
  };
  const auto sea = [&](std::int64_t row, std::int64_t i) {
    return row > 10 && w.land[static_cast<std::size_t>(i)] < 0.1f;
  };
  CHECK(late(w.warming, land) > 1.2 * late(w.warming, sea));
}
