#pragma once

#include <netcdf.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "datasets/storms/storms.hpp"

namespace stormsweep {

/// Writes the requested parts of an NCAR storm patch file, in NCAR's schema.
class PatchFileMaker {
 public:
  PatchFileMaker(const std::filesystem::path& path, std::size_t patches, std::size_t side = storm_side) {
    nc_create(path.c_str(), NC_NETCDF4 | NC_CLOBBER, &file_);
    nc_def_dim(file_, "p", patches, &dimensions_[0]);
    nc_def_dim(file_, "row", side, &dimensions_[1]);
    nc_def_dim(file_, "col", side, &dimensions_[2]);
  }
  ~PatchFileMaker() { nc_close(file_); }
  PatchFileMaker(const PatchFileMaker&) = delete;
  PatchFileMaker& operator=(const PatchFileMaker&) = delete;

  /// (p, row, col), or (p) if `rank` is 1.
  void put(const std::string& name, std::span<const float> values, int rank = 3) {
    int variable = 0;
    nc_def_var(file_, name.c_str(), NC_FLOAT, rank, dimensions_, &variable);
    nc_put_var_float(file_, variable, values.data());
  }

 private:
  int file_ = -1;
  int dimensions_[3] = {};
};

}  // namespace stormsweep
