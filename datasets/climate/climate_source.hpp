#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/climate/climate_layout.hpp"
#include "datasets/files/netcdf.hpp"

namespace stormsweep {

/// One variable of a CF NetCDF file, month by month: numbers for the whole Earth (dimension time alone) or global maps
/// (latitude and longitude too), in any order; of one member where the file has several.
class ClimateSource {
 public:
  /// `variable`: its name. `member`: the one to be read along a dimension of members (member, member_id, ensemble,
  /// realization, number): its coordinate, or its place from 0 on where there are no coordinates; empty: the first.
  /// Throws InputError, in one line with the remedy: missing, not NetCDF, no such variable, without time, with stamps
  /// that may mean either month and bounds that are missing, an unstructured or curvilinear grid, a grid without
  /// coordinates, with a repeated one, or of only a part of the Earth, another dimension of several places, no such
  /// member.
  ClimateSource(const std::filesystem::path& path, const std::string& variable, const std::string& member);

  const std::filesystem::path& path() const { return path_; }
  bool global() const { return !row_; }
  /// The grid of the maps that `read` returns: south to north, 0 to 360 east, whatever the file's order.
  const ClimateGrid& grid() const { return grid_; }
  const std::vector<ClimateMonth>& months() const { return months_; }  ///< of each moment
  std::int64_t members() const { return member_ ? static_cast<std::int64_t>(shape(*member_)) : 1; }
  /// Whether the file repeats the first column 360 degrees on; the grid leaves the repetition out.
  bool cyclic() const { return cyclic_; }
  bool has_members() const { return member_.has_value(); }
  const std::string& unit() const { return unit_; }

  /// Reads a moment: one number, or [height, width]; NaN: missing. Throws InputError where it cannot be read.
  std::vector<float> read(std::size_t moment);
  /// Closes the file until it is read again: a large ensemble has more files than the few thousand that a process may
  /// have open.
  void close() { file_.reset(); }

 private:
  void find_dimensions();
  /// All numbers of a coordinate or of bounds. Throws InputError where they cannot be read.
  std::vector<double> read_all(const netcdf::Variable& variable) const;
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
