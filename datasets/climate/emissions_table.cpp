#include "datasets/climate/emissions_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "datasets/climate/climate_times.hpp"
#include "search/base/error.hpp"
#include "search/base/strict_json.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

constexpr const char* byte_order_mark = "\xEF\xBB\xBF";  // Excel writes one before UTF-8

/// The cells of a line of CSV; a cell may be quoted, and quotes in it are then doubled.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
      cells.back().push_back(line[i++]);
    else if (line[i] == '"')
      quoted = !quoted;
    else if (line[i] == ',' && !quoted)
      cells.emplace_back();
    else if (line[i] != '\r')
      cells.back().push_back(line[i]);
  }
  return cells;
}

}  // namespace

double YearlyNumbers::at(ClimateMonth month) const {
  const BetweenYears place = between_years(years, month);
  return values[place.before] + place.share * (values[place.after] - values[place.before]);
}

std::vector<double> YearlyNumbers::sums() const {
  std::vector<double> sums;
  double sum = 0;
  for (ClimateMonth month = begin(); month < end(); ++month) sums.push_back(sum += at(month) / 12);
  return sums;
}

EmissionsTable::EmissionsTable(const std::filesystem::path& path) : path_(path) {
  std::ifstream file(path);
  std::string line;
  if (std::getline(file, line)) header_ = cells_of(line.starts_with(byte_order_mark) ? line.substr(3) : line);
  for (std::size_t number = 2; std::getline(file, line); ++number) lines_.push_back({number, cells_of(line)});
  if (header_.empty() || file.bad())
    throw InputError(path.string() + ": cannot be read; give a table of emissions or concentrations as CSV");
  for (const char* name : {"Scenario", "Region", "Variable", "Unit"}) column(name);
  for (std::size_t i = 0; i < header_.size(); ++i) {
    if (const auto year = whole_number(header_[i]); year && *year > 0 && *year < 10000)
      years_[static_cast<std::int32_t>(*year)] = i;
  }
  if (years_.empty()) throw InputError(path.string() + ": no column is a year; give a table as RCMIP has them");
}

std::size_t EmissionsTable::column(const std::string& name) const {
  const auto found = std::ranges::find(header_, name);
  if (found == header_.end())
    throw InputError(fmt::format("{}: has no column {}; give a table as RCMIP has them", path_.string(), name));
  return static_cast<std::size_t>(found - header_.begin());
}

void EmissionsTable::refuse_series(const std::string& scenario, const std::string& variable,
                                   const std::string& region) const {
  std::string remedy = "add such a line";
  for (const auto& [name, wanted] : {std::pair("Scenario", scenario), {"Variable", variable}, {"Region", region}}) {
    std::set<std::string> known;
    const std::size_t place = column(name);
    for (const Line& line : lines_)
      if (const auto cell = line.at(place); !cell.empty()) known.insert(cell);
    if (known.empty() || known.contains(wanted)) continue;
    std::vector<std::string> like;  // "Emissions|CO2" where CO2 is asked for
    std::ranges::copy_if(known, std::back_inserter(like), [&](const auto& one) { return one.ends_with("|" + wanted); });
    remedy = like.empty() ? suggestion(wanted, {known.begin(), known.end()}) : "did you mean " + join(like) + "?";
    break;
  }
  throw InputError(fmt::format("{}: has no {} of {} in {}; {}", path_.string(), variable, scenario, region, remedy));
}

double EmissionsTable::number(const Line& line, std::size_t column) const {
  std::size_t read = 0;
  double value = NAN;
  try {
    value = std::stod(line.at(column), &read);
  } catch (const std::exception&) {  // not a number, or out of range
  }
  if (read != line.at(column).size() || !std::isfinite(value))
    throw InputError(fmt::format("{}: line {}: '{}' in column {} is no number; mend it", path_.string(), line.number,
                                 abbreviated(line.at(column)), header_[column]));
  return value;
}

YearlyNumbers EmissionsTable::series(const std::string& scenario, const std::string& variable,
                                     const std::string& region) const {
  const std::size_t in_scenario = column("Scenario"), in_region = column("Region"), in_variable = column("Variable");
  const auto is_meant = [&](const Line& line) {
    return line.at(in_scenario) == scenario && line.at(in_variable) == variable && line.at(in_region) == region;
  };
  const auto found = std::ranges::find_if(lines_, is_meant);
  if (found == lines_.end()) refuse_series(scenario, variable, region);
  if (std::ranges::count_if(lines_, is_meant) > 1)
    throw InputError(
        fmt::format("{}: has {} of {} in {} more than once; keep one", path_.string(), variable, scenario, region));
  if (found->cells.size() != header_.size())
    throw InputError(fmt::format("{}: line {} has {} cells, not {} as the header; mend it", path_.string(),
                                 found->number, found->cells.size(), header_.size()));
  YearlyNumbers series{found->at(column("Unit")), {}, {}};
  for (const auto& [year, column] : years_) {
    if (found->at(column).empty()) continue;
    series.years.push_back(year), series.values.push_back(number(*found, column));
  }
  if (series.years.empty())
    throw InputError(fmt::format("{}: {} of {} has no numbers; fill them in", path_.string(), variable, scenario));
  return series;
}

}  // namespace stormsweep
