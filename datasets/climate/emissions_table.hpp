#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "datasets/climate/climate_layout.hpp"

namespace stormsweep {

/// One number for each of some years: linear between their middles.
struct YearlyNumbers {
  std::string unit;
  std::vector<std::int32_t> years;  ///< ascending
  std::vector<double> values;

  ClimateMonth begin() const { return month_of(years.front(), 1); }
  ClimateMonth end() const { return month_of(years.back() + 1, 1); }
  double at(ClimateMonth month) const;
  /// For a yearly rate: its sum from the first year's beginning to the end of each month.
  std::vector<double> sums() const;
};

/// A table of emissions or concentrations in the layout of RCMIP (Nicholls et al. 2020): a header, then one line per
/// series, with columns Scenario, Region, Variable, Unit, others, and one per year, empty where nothing is known.
class EmissionsTable {
 public:
  /// Throws InputError: missing or not readable, without these columns, without years.
  explicit EmissionsTable(const std::filesystem::path& path);

  /// Throws InputError: no such series (with the nearest name), several, a line of more or fewer cells than the header,
  /// a cell that is no number, a series without any.
  YearlyNumbers series(const std::string& scenario, const std::string& variable, const std::string& region) const;

 private:
  struct Line {
    std::size_t number;  ///< in the file, from 1 on
    std::vector<std::string> cells;

    /// A cell, empty where the line is too short.
    std::string at(std::size_t column) const { return column < cells.size() ? cells[column] : ""; }
  };
  std::size_t column(const std::string& name) const;
  [[noreturn]] void refuse_series(const std::string& scenario, const std::string& variable,
                                  const std::string& region) const;
  double number(const Line& line, std::size_t column) const;

  std::filesystem::path path_;
  std::vector<std::string> header_;
  std::vector<Line> lines_;
  std::map<std::int32_t, std::size_t> years_;  ///< columns
};

}  // namespace stormsweep
