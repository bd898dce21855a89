#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/climate/climate_layout.hpp"
#include "datasets/files/netcdf.hpp"

namespace stormsweep {

/// One variable of a CF NetCDF file, as months of numbers for the whole Earth (along time alone) or of global maps
/// (along latitude and longitude too), in any order, of one member where the file has several.
class ClimateSource {
 public:
  /// `variable`: its name. `member`: of a dimension of members (member, member_id, ensemble, realization, number), the
  /// coordinate of the one to be read, or where there is none its place, from 0 on; empty: the first. Throws
  /// InputError, in one line with the remedy: missing, not NetCDF, no such variable, without time, with stamps that may
  /// mean either month and bounds that are missing, an unstructured or curvilinear grid, a grid without coordinates,
  /// with one of them twice or of a part of the Earth, another dimension of several places, no such member.
  ClimateSource(const std::filesystem::path& path, const std::string& variable, const std::string& member);

  const std::filesystem::path& path() const { return path_; }
  bool global() const { return !row_; }
  /// Of the maps as `read` gives them, whatever the file's order: south to north, 0 to 360 east.
  const ClimateGrid& grid() const { return grid_; }
  const std::vector<ClimateMonth>& months() const { return months_; }  ///< of each moment
  std::int64_t members() const { return member_ ? static_cast<std::int64_t>(shape(*member_)) : 1; }
  /// Whether its last column, 360 degrees after the first, is the first one again; it is left out of the grid.
  bool cyclic() const { return cyclic_; }
  bool has_members() const { return member_.has_value(); }
  const std::string& unit() const { return unit_; }

  /// Of a moment: one number, or [height, width]; NaN: missing. Throws InputError where it cannot be read.
  std::vector<float> read(std::size_t moment);
  /// Closes the file until it is read again: a process may have some thousand files open, and a large ensemble has
  /// more.
  void close() { file_.reset(); }

 private:
  void find_dimensions();
  void read_times();
  void read_grid();
  void check_distinct(const std::vector<double>& degrees, std::size_t dimension) const;
  std::vector<double> degrees(std::size_t dimension, double most) const;
  void choose_member(const std::string& member);
  std::size_t shape(std::size_t dimension) const { return variable_.shape[dimension]; }
  [[noreturn]] void refuse(const std::string& problem) const;

  std::filesystem::path path_;
  std::optional<netcdf::File> file_;  ///< where it is open
  netcdf::Variable variable_;
  std::string unit_;
  std::optional<std::size_t> time_, row_, column_, member_;  ///< dimensions
  std::size_t member_place_ = 0;
  bool cyclic_ = false;
  ClimateGrid grid_;
  std::vector<std::size_t> row_order_, column_order_;  ///< the file's rows and columns in the order of the grid
  std::vector<ClimateMonth> months_;
};

}  // namespace stormsweep
