#include "experiments/emulator/pattern_scaling.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <array>
#include <cmath>
#include <vector>

#include "datasets/climate/climate_writer.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

constexpr std::int64_t years = 5, months = 12 * years;

/// Two cells of tas, of two members: tas = place + month of the year + (place + 1) * CO2 of the month before, with
/// opposite errors in the two members.
ClimateSet lines(const TemporaryFolder& folder, const std::string& unit, const std::vector<float>& co2) {
  ClimateLayout layout;
  layout.grid = {{0, 60}, {0}};
  layout.forcings = {{"CH4", "ppb", true, {}}, {"CO2", unit, true, {}}};
  layout.targets = {{"tas", "K", false, {}}};
  layout.scenarios = {{"ssp585", month_of(2015, 1), month_of(2015 + years, 1), 0}};
  for (const char* member : {"a", "b"})
    layout.runs.push_back({0, member, month_of(2015, 1), month_of(2015 + years, 1), 0});
  layout.count_frames();
  ClimateWriter writer(folder / "lines.h5", layout);
  writer.write_forcing(0, 0, std::vector<float>(months, 7));
  writer.write_forcing(1, 0, co2);
  for (std::int64_t run = 0; run < 2; ++run)
    for (std::int64_t m = 1; m < months; ++m) {
      const double x =
          unit == "ppm" ? std::log(co2[static_cast<std::size_t>(m - 1)]) : co2[static_cast<std::size_t>(m - 1)];
      const double error = (run == 0 ? 1 : -1) * std::cos(static_cast<double>(m));
      const std::array maps{static_cast<float>(m % 12 + x + error), static_cast<float>(1 + m % 12 + 2 * x - error)};
      writer.write_target(0, run * months + m, maps);
    }
  writer.write_target(0, 0, std::array{0.0f, 0.0f});
  writer.write_target(0, months, std::array{0.0f, 0.0f});
  const std::vector<ChannelStatistics> two(2), one(1);
  writer.seal(two, one, "test");
  writer.publish();
  return ClimateSet(folder / "lines.h5");
}

std::vector<float> rising() {
  std::vector<float> co2;
  for (std::int64_t m = 0; m < months; ++m) co2.push_back(400 + 0.5f * static_cast<float>(m));
  return co2;
}

double cell_of(const torch::Tensor& maps, std::int64_t cell) {
  return maps[0][cell][0].item<double>();
}

}  // namespace

TEST_CASE("pattern scaling finds the lines that data were made of, over CO2 or its logarithm") {
  for (const std::string unit : {"GtC", "ppm"}) {
    const TemporaryFolder folder;
    const ClimateSet set = lines(folder, unit, rising());
    const auto windows = climate_windows(set.layout(), 1);
    const PatternScaling baselines(set, windows, 1, {0});
    const auto x = [&](double co2) { return unit == "ppm" ? std::log(co2) : co2; };
    for (const int month : {1, 6, 12}) {
      const auto maps = baselines.pattern(month, x(1000));
      CHECK(cell_of(maps, 0) == Approx(month - 1 + x(1000)).epsilon(1e-4));
      CHECK(cell_of(maps, 1) == Approx(month + 2 * x(1000)).epsilon(1e-4));
    }
    // June of each year has May's CO2: 402, 408, ..., 426.
    double mean = 0;
    for (int year = 0; year < years; ++year) mean += x(402 + 6 * year) / years;
    CHECK(cell_of(baselines.climatology(6), 0) == Approx(5 + mean).epsilon(1e-6));
    CHECK(window_forcing(set, windows[4], 1) == Approx(x(402)));
    CHECK(window_forcing(set, windows[4], 5) == Approx((x(400) + x(400.5) + x(401) + x(401.5) + x(402)) / 5));
    // The Earth's mean: the row at 60 degrees counts half.
    const auto line = baselines.line(0, set.layout().grid);
    CHECK(line.offset[5] + line.slope[5] * x(700) ==
          Approx((cell_of(baselines.pattern(6, x(700)), 0) * 2 + cell_of(baselines.pattern(6, x(700)), 1)) / 3)
              .epsilon(1e-5));
  }
}

TEST_CASE("without a change of CO2 pattern scaling is climatology") {
  const TemporaryFolder folder;
  const ClimateSet set = lines(folder, "GtC", std::vector<float>(months, 412.3f));
  const PatternScaling baselines(set, climate_windows(set.layout(), 1), 1, {0});
  CHECK(torch::equal(baselines.pattern(3, 999), baselines.climatology(3)));
  CHECK(cell_of(baselines.climatology(3), 0) == Approx(2 + 412.3));
}
