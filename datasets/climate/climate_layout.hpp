#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace stormsweep {

/// Months are counted from January of the year 0: 12 * year + month - 1, so that they add and compare as numbers.
using ClimateMonth = std::int32_t;
constexpr ClimateMonth month_of(std::int32_t year, std::int32_t month_of_year) {
  return 12 * year + month_of_year - 1;
}
constexpr std::int32_t year_of(ClimateMonth month) {
  return month / 12;
}
constexpr std::int32_t month_of_year(ClimateMonth month) {  // 1 ... 12
  return month % 12 + 1;
}
/// "2015-01".
std::string words_of_month(ClimateMonth month);

/// Months [begin, end).
struct ClimateMonths {
  ClimateMonth begin = 0, end = 0;
};
/// "2015-01 to 2100-12".
std::string words_of(const ClimateMonths& months);

/// Centres of the cells of all maps, degrees. Row 0 is the SOUTHERNMOST in every file and tensor of this program:
/// whatever writes a file flips maps that are stored otherwise.
struct ClimateGrid {
  std::vector<double> latitudes;   ///< [height], ascending, within -90 ... 90
  std::vector<double> longitudes;  ///< [width], ascending, less than 360 from first to last

  std::int64_t height() const { return std::ssize(latitudes); }
  std::int64_t width() const { return std::ssize(longitudes); }
  std::int64_t cells() const { return height() * width(); }
  /// The mean of a map [height, width] over the Earth: cells count by the cosine of their latitude.
  double mean(std::span<const float> map) const;
  bool operator==(const ClimateGrid&) const = default;
};

/// Degrees that tell two rows or columns apart: below any grid's step, above the rounding of floats.
inline constexpr double same_degree = 1e-3;
/// Whether two grids have the same cells, up to rounding.
bool same_cells(const ClimateGrid& a, const ClimateGrid& b);

/// Cells of one size from pole to pole: row 0 at -90 + 90 / height, column 0 at 180 / width.
ClimateGrid even_grid(std::int64_t height, std::int64_t width);

/// Borders of rows: halfway between their centres, the outermost at the poles; [rows + 1], degrees.
std::vector<double> row_borders(const std::vector<double>& latitudes);

/// How a network sees a field: (value - mean) / deviation, both from training alone, whichever split the value is in.
struct ChannelStatistics {
  float mean = 0, deviation = 1;
  bool operator==(const ChannelStatistics&) const = default;
};

/// A forcing: "CO2", "SO2", "CH4", "BC", "rsdt" (insolation at the top of the atmosphere); or a target: "tas" in K,
/// "pr" in mm/day.
struct ClimateField {
  std::string name, unit;
  bool global = false;  ///< one number a month for the whole Earth; otherwise a map
  ChannelStatistics statistics;
  bool operator==(const ClimateField&) const = default;
};

/// Consecutive months of forcings, which all members of the scenario share.
struct ClimateScenario {
  std::string name;
  ClimateMonth begin = 0, end = 0;  ///< [begin, end)
  std::int64_t frame = 0;           ///< the place of `begin` among the forcings of all scenarios
  std::int64_t months() const { return end - begin; }
};

/// Consecutive months of targets: one member of one scenario, or a part of it. A member may have several runs.
struct ClimateRun {
  std::int64_t scenario = 0;  ///< its place among the scenarios
  std::string member;         ///< "r1i1p1f1"
  ClimateMonth begin = 0, end = 0;
  std::int64_t frame = 0;  ///< the place of `begin` among the targets of all runs
  std::int64_t months() const { return end - begin; }
};

/// What one split has, apart from the numbers.
struct ClimateLayout {
  ClimateGrid grid;
  std::vector<ClimateField> forcings, targets;  ///< in the order of a network's channels
  std::vector<ClimateScenario> scenarios;
  std::vector<ClimateRun> runs;

  std::int64_t forcing_frames() const;
  std::int64_t target_frames() const;
  /// Sets `frame` of scenarios and runs: they follow each other.
  void count_frames();
};

/// What one sample is made of: forcings of the months before `month`, and the targets of `month`.
struct ClimateWindow {
  std::int64_t scenario = 0;
  ClimateMonth month = 0;   ///< of the target
  std::int64_t frame = -1;  ///< its place among the targets; -1: unknown, to be forecast
  std::int64_t run = -1;    ///< -1: none
};

/// All samples of the runs, run by run, month by month: inputs are months i ... i + length - 1, the target is month i +
/// length of the same scenario (Jacob et al. 2025). A window reaches into forcings from before its run where the
/// scenario has them, as in the last years of a scenario kept for validation: forcings are known beforehand, targets
/// are never among the inputs. It never reaches into another scenario. Empty where no target has so many months before
/// it.
std::vector<ClimateWindow> climate_windows(const ClimateLayout& layout, std::int64_t length);
/// One for every month that a scenario's forcings allow to be forecast, the month after the last one included; no
/// targets.
std::vector<ClimateWindow> forecast_windows(const ClimateLayout& layout, std::int64_t scenario, std::int64_t length);

}  // namespace stormsweep
