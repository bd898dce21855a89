#include "datasets/climate/climate_forcing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "datasets/climate/climate_series.hpp"
#include "datasets/climate/climate_times.hpp"
#include "datasets/climate/emissions_table.hpp"
#include "datasets/climate/insolation.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

ClimateForcing computed_insolation(const ClimateGrid& grid) {
  const auto read = [grid](ClimateMonth month) {
    std::vector<float> map;
    for (const double latitude : grid.latitudes)
      map.insert(map.end(), grid.longitudes.size(), static_cast<float>(monthly_insolation(latitude, month)));
    return map;
  };
  return {"W m-2", false, month_of(1, 1), month_of(9999, 1), read};
}

ClimateForcing from_table(const std::filesystem::path& path, const ClimateFiles& files, const std::string& scenario) {
  const YearlyNumbers series = EmissionsTable(path).series(scenario, files.variable, files.region);
  ClimateForcing forcing{files.unit.empty() ? series.unit : files.unit, true, series.begin(), series.end(), {}};
  if (!files.summed) {
    forcing.read = [series](ClimateMonth month) { return std::vector{static_cast<float>(series.at(month))}; };
    return forcing;
  }
  if (forcing.unit.ends_with("/yr")) forcing.unit.resize(forcing.unit.size() - 3);
  forcing.read = [sums = series.sums(), begin = series.begin()](ClimateMonth month) {
    return std::vector{static_cast<float>(sums[static_cast<std::size_t>(month - begin)])};
  };
  return forcing;
}

/// A forcing in NetCDF files, monthly or yearly.
class FileForcing {
 public:
  FileForcing(ClimateSeries series, std::string name) : series_(std::move(series)), name_(std::move(name)) {
    if (series_.yearly()) years_ = series_.years();
  }

  ClimateMonth begin() const { return years_.empty() ? series_.begin() : month_of(years_.front(), 1); }
  ClimateMonth end() const { return years_.empty() ? series_.end() : month_of(years_.back() + 1, 1); }

  std::vector<float> read(ClimateMonth month) {
    if (years_.empty()) return read_there(month);
    const BetweenYears place = between_years(years_, month);
    const ClimateMonth of_year = month_of_year(series_.begin());
    std::vector<float> values = read_there(month_of(years_[place.before], of_year));
    if (place.share == 0) return values;
    const std::vector<float> after = read_there(month_of(years_[place.after], of_year));
    const auto share = static_cast<float>(place.share);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += share * (after[i] - values[i]);
    return values;
  }

 private:
  std::vector<float> read_there(ClimateMonth month) {
    const std::string place = series_.first().path().string() + ": " + name_;
    if (!series_.has(month))
      throw InputError(fmt::format("{} has no {}; give files without gaps", place, words_of_month(month)));
    std::vector<float> values = series_.read(month);
    const auto missing = std::ranges::count_if(values, [](float value) { return !std::isfinite(value); });
    if (missing > 0) {
      throw InputError(fmt::format("{} is missing in {} of {} cells of {}; give files without gaps", place, missing,
                                   values.size(), words_of_month(month)));
    }
    return values;
  }

  ClimateSeries series_;
  std::string name_;
  std::vector<std::int32_t> years_;  ///< empty: monthly
};

}  // namespace

ClimateForcing climate_forcing(const ClimateManifest& manifest, const std::string& name, const ClimateFiles& files,
                               const std::string& scenario, const ClimateGrid& grid, std::vector<std::string>& notes) {
  if (files.computed) return computed_insolation(grid);
  const auto paths = manifest.files(files, scenario, "");
  if (paths[0].extension() == ".csv") return from_table(paths[0], files, scenario);
  ClimateSeries series(paths, files.variable, "", notes);
  const ClimateSource& first = series.first();
  const auto tell = [&](const std::string& what) {
    notes.push_back(fmt::format("{}: {} {}", first.path().string(), files.variable, what));
  };
  if (first.members() > 1) tell(fmt::format("has {} members, of which the first is taken", first.members()));
  if (series.yearly()) tell("is yearly: months are interpolated between the middles of years");
  if (series.regrid(grid, manifest.method)) tell(words_of_regridding(first.grid(), grid, manifest.method));
  ClimateForcing forcing{files.unit.empty() ? first.unit() : files.unit, first.global(), 0, 0, {}};
  const auto held = std::make_shared<FileForcing>(std::move(series), name);
  forcing.begin = held->begin(), forcing.end = held->end();
  forcing.read = [held](ClimateMonth month) { return held->read(month); };
  return forcing;
}

}  // namespace stormsweep
