#pragma once

#include <filesystem>
#include <vector>

#include "datasets/climate/climate_set.hpp"
#include "datasets/climate/climate_writer.hpp"

namespace stormsweep {

/// Two scenarios on 2 x 3 cells: "low" from 2015-01 for 30 months with the whole run r1 and the last 6 months of r2,
/// "high" from 2020-03 for 20 months with r1 from the fifth on. One forcing for the Earth, one map.
inline ClimateLayout small_climate() {
  ClimateLayout layout;
  layout.grid = {{-45, 45}, {60, 180, 300}};
  layout.forcings = {{"CO2", "ppm", true, {400, 50}}, {"rsdt", "W m-2", false, {300, 100}}};
  layout.targets = {{"tas", "K", false, {280, 10}}, {"pr", "mm/day", false, {3, 2}}};
  layout.scenarios = {{"low", month_of(2015, 1), month_of(2015, 1) + 30},
                      {"high", month_of(2020, 3), month_of(2020, 3) + 20}};
  layout.runs = {{0, "r1", month_of(2015, 1), month_of(2015, 1) + 30},
                 {0, "r2", month_of(2015, 1) + 24, month_of(2015, 1) + 30},
                 {1, "r1", month_of(2020, 3) + 4, month_of(2020, 3) + 20}};
  layout.count_frames();
  return layout;
}

/// Every number shows its place: 1000 * channel + 10 * frame + cell.
inline std::vector<float> numbered(std::int64_t channel, std::int64_t frames, std::int64_t cells) {
  std::vector<float> values;
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    for (std::int64_t cell = 0; cell < cells; ++cell)
      values.push_back(static_cast<float>(1000 * channel + 10 * frame + cell));
  }
  return values;
}

inline void write_climate(const std::filesystem::path& path, const ClimateLayout& layout = small_climate()) {
  ClimateWriter writer(path, layout);
  std::vector<ChannelStatistics> forcings, targets;
  for (std::size_t c = 0; c < layout.forcings.size(); ++c) {
    const std::int64_t cells = layout.forcings[c].global ? 1 : layout.grid.cells();
    writer.write_forcing(c, 0, numbered(static_cast<std::int64_t>(c), layout.forcing_frames(), cells));
    forcings.push_back(layout.forcings[c].statistics);
  }
  for (std::size_t c = 0; c < layout.targets.size(); ++c) {
    if (layout.target_frames() > 0)
      writer.write_target(c, 0,
                          numbered(static_cast<std::int64_t>(c) + 5, layout.target_frames(), layout.grid.cells()));
    targets.push_back(layout.targets[c].statistics);
  }
  writer.seal(forcings, targets, "test");
  writer.publish();
}

}  // namespace stormsweep
