#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "datasets/files/netcdf.hpp"
#include "datasets/storms/split_storm_patches.hpp"
#include "datasets/storms/storms.hpp"

namespace stormsweep {

/// What is read from a file: the channels, and the vorticity of the following hour.
inline constexpr std::array<const char*, storm_channels + 1> storm_variables{"REFL_COM_curr", "U10_curr", "V10_curr",
                                                                             "RVORT1_MAX_future"};

/// Where patches lie. `width`: 32, or 33 where centroids between grid points leave the rounding open.
struct PatchPlaces {
  std::vector<PatchCorner> corners;
  std::int32_t width = storm_side;
};

/// One of NCAR's storm patch files: NCARSTORM_YYYYMMDD-*.nc, NetCDF-4, one model run per file. Read from it:
/// REFL_COM_curr (dBZ), U10_curr, V10_curr (m/s), RVORT1_MAX_future (1/s), all (p, row = 32, col = 32), row 0 = south;
/// and where the patches lie: i, j (p, row, col), or else centroid_i, centroid_j (p). Throws InputError, naming the
/// file: not NetCDF, cut short, another name, a variable missing or of another shape.
class StormPatchFile {
 public:
  explicit StormPatchFile(const std::filesystem::path& path);

  std::int64_t size() const { return size_; }
  std::int32_t date() const { return date_; }  ///< YYYYMMDD, from the file's name

  /// Patches [first, first + n): `patches` [n, 32, 32, 3], channels last; maximum and mean of the vorticity over each.
  /// Missing values come out as NaN, and make maximum and mean NaN.
  void read(std::int64_t first, std::int64_t n, std::span<float> patches, std::span<float> vorticity_max,
            std::span<float> vorticity_mean) const;

  bool has_grid() const;  ///< has i and j
  /// `grid`: from i and j at row 0, column 0; otherwise from the centroids, around which all patches lie alike.
  PatchPlaces places(bool grid) const;

 private:
  netcdf::File open() const;
  [[noreturn]] void refuse(const std::string& problem) const;
  netcdf::Variable variable(const std::string& name) const;
  /// Values of patches [first, first + n), missing ones as NaN: all 32 x 32 points (`side` = 32), or only the first
  /// (1).
  std::vector<float> values(const std::string& name, std::int64_t first, std::int64_t n, std::size_t side) const;

  std::filesystem::path path_;
  std::int32_t date_ = 0;
  netcdf::File file_;
  std::int64_t size_ = 0;
};

}  // namespace stormsweep
