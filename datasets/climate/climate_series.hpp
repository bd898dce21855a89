#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "datasets/climate/climate_source.hpp"
#include "datasets/climate/regridding.hpp"

namespace stormsweep {

/// One variable of one member of one scenario; its years may be spread over several files.
class ClimateSeries {
 public:
  /// Where files hold the same months, the first file's are taken, and `notes` get a line. Throws InputError as
  /// ClimateSource does; and for files of different units or grids (if these differ by rounding alone, the first
  /// counts), several moments in a month, no moments.
  ClimateSeries(const std::vector<std::filesystem::path>& files, const std::string& variable, const std::string& member,
                std::vector<std::string>& notes);

  const ClimateSource& first() const { return sources_.front(); }
  const std::filesystem::path& path(ClimateMonth month) const { return sources_[months_.at(month).source].path(); }
  bool has(ClimateMonth month) const { return months_.contains(month); }
  ClimateMonth begin() const { return months_.begin()->first; }
  ClimateMonth end() const { return months_.rbegin()->first + 1; }
  /// One value a year, in the middle of it.
  bool yearly() const;
  std::vector<std::int32_t> years() const;

  /// From now on maps are read on `grid`; numbers for the whole Earth stay as they are. Returns whether that changes
  /// the maps.
  bool regrid(const ClimateGrid& grid, RegridMethod method);
  /// A month that it has: one number, or a map; NaN: missing.
  std::vector<float> read(ClimateMonth month);

 private:
  struct Place {
    std::size_t source = 0, moment = 0;
  };
  void add(std::size_t source, std::vector<std::string>& notes);

  std::vector<ClimateSource> sources_;
  std::size_t open_ = 0;  ///< the one source that may be open
  std::map<ClimateMonth, Place> months_;
  std::optional<Regridding> regridding_;
  std::size_t cells_ = 1;  ///< of a map, after regridding
};

}  // namespace stormsweep
