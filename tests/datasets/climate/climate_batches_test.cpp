#include "datasets/climate/climate_batches.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "tests/datasets/climate/climate_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("gather: z-scored forcings of the months before, the season as it is, z-scored targets") {
  const TemporaryFolder folder;
  write_climate(folder / "c.h5");
  const ClimateSet set(folder / "c.h5");
  const auto all = climate_windows(set.layout(), 12);
  const std::vector<ClimateWindow> windows{all[24], all[18]};  // of "high" r1 in 2021-03, of "low" r2 in 2017-01
  const Batch batch = gather(set, windows, 12, SeasonalEncoding::added);
  REQUIRE(batch.input.sizes() == torch::IntArrayRef({2, 12, 3, 2, 3}));
  REQUIRE(batch.target.sizes() == torch::IntArrayRef({2, 2, 2, 3}));
  CHECK(batch.input.flatten(0, 1).is_contiguous(torch::MemoryFormat::ChannelsLast));
  CHECK(batch.input.flatten(0, 1).data_ptr() == batch.input.data_ptr());
  CHECK(batch.target.is_contiguous());

  const auto input = batch.input.accessor<float, 5>();
  // "high" begins with frame 30, in 2020-03; its CO2 is 10 * frame, (300 - 400) / 50.
  CHECK(input[0][0][0][0][0] == doctest::Approx(-2));
  CHECK(input[0][0][0][1][2] == doctest::Approx(-2));
  CHECK(input[0][11][0][0][0] == doctest::Approx((410.0 - 400) / 50));
  // rsdt of cell 5, frame 31: 1000 + 310 + 5
  CHECK(input[0][1][1][1][2] == doctest::Approx((1315.0 - 300) / 100));
  // March and September, at 45 S and 45 N
  CHECK(input[0][0][2][0][0] == doctest::Approx(-std::sqrt(0.5) * 0.5));
  CHECK(input[0][0][2][1][1] == doctest::Approx(std::sqrt(0.5) * 0.5));
  CHECK(input[0][6][2][1][1] == doctest::Approx(-std::sqrt(0.5) * 0.5));
  // r2 in 2017-01 looks back to 2016-01, frame 12 of "low"
  CHECK(input[1][0][0][0][0] == doctest::Approx((120.0 - 400) / 50));
  CHECK(input[1][0][2][1][0] == doctest::Approx(std::sqrt(0.5)));

  const auto target = batch.target.accessor<float, 4>();
  CHECK(target[0][0][0][1] == doctest::Approx((5441.0 - 280) / 10));
  CHECK(target[1][1][1][0] == doctest::Approx((6303.0 - 3) / 2));
}

TEST_CASE("gather: without the season, and without targets where there are none") {
  const TemporaryFolder folder;
  write_climate(folder / "c.h5");
  const ClimateSet set(folder / "c.h5");
  const auto windows = forecast_windows(set.layout(), 0, 6);
  const Batch batch = gather(set, std::span(windows).last(1), 6, SeasonalEncoding::none);
  CHECK(batch.input.sizes() == torch::IntArrayRef({1, 6, 2, 2, 3}));
  CHECK(batch.input[0][5][0][0][0].item<float>() == doctest::Approx((290.0 - 400) / 50));
  CHECK_FALSE(batch.target.defined());
}

TEST_CASE("windows that overlap share their months, and not those of another scenario") {
  const TemporaryFolder folder;
  write_climate(folder / "c.h5");
  const ClimateSet set(folder / "c.h5");
  const auto all = climate_windows(set.layout(), 12);
  const std::vector<ClimateWindow> windows{all[18], all[0], all[1], all[24]};
  const auto apart = gather(set, windows, 12, SeasonalEncoding::added).input;
  const SharedMonths shared = gather_months(set, windows, 12, SeasonalEncoding::added);
  CHECK(shared.places.sizes() == torch::IntArrayRef({4, 12}));
  CHECK(torch::equal(shared.months.index_select(0, shared.places.flatten()).unflatten(0, {4, 12}), apart));
  std::set<std::pair<std::int64_t, ClimateMonth>> seen;
  for (const ClimateWindow& window : windows)
    for (int back = 1; back <= 12; ++back) seen.insert({window.scenario, window.month - back});
  CHECK(shared.months.size(0) == std::ssize(seen));
  CHECK(std::ssize(seen) < 4 * 12);
}
