#pragma once

#include <doctest/doctest.h>
#include <netcdf.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "datasets/files/netcdf.hpp"

namespace stormsweep {

/// Writes a NetCDF file, dimension by dimension and variable by variable.
class NetcdfMaker {
 public:
  using Texts = std::map<std::string, std::string>;
  using Numbers = std::map<std::string, std::vector<double>>;

  explicit NetcdfMaker(const std::filesystem::path& path, int format = NC_NETCDF4) {
    REQUIRE(nc_create(path.c_str(), format | NC_CLOBBER, &file_) == NC_NOERR);
  }
  NetcdfMaker(const NetcdfMaker&) = delete;
  NetcdfMaker& operator=(const NetcdfMaker&) = delete;
  ~NetcdfMaker() { nc_close(file_); }

  /// A group of the root, in which all further things are made.
  void group(const char* name) { REQUIRE(nc_def_grp(file_, name, &group_) == NC_NOERR); }
  void dimension(const char* name, std::size_t length) {
    REQUIRE(nc_def_dim(place(), name, length, &dimensions_[name]) == NC_NOERR);
  }
  /// Numeric attributes are of the variable's type, except scale_factor and add_offset, which are doubles.
  void variable(const std::string& name, nc_type type, const std::vector<std::string>& dimensions,
                const std::vector<double>& values, const Texts& texts = {}, const Numbers& numbers = {}) {
    std::vector<int> ids;
    for (const std::string& dimension : dimensions) ids.push_back(dimensions_.at(dimension));
    int number = -1;
    REQUIRE(nc_def_var(place(), name.c_str(), type, static_cast<int>(ids.size()), ids.data(), &number) == NC_NOERR);
    for (const auto& [key, text] : texts) nc_put_att_text(place(), number, key.c_str(), text.size(), text.c_str());
    for (const auto& [key, list] : numbers) {
      const bool real = key == "scale_factor" || key == "add_offset";
      nc_put_att_double(place(), number, key.c_str(), real || type == NC_CHAR ? NC_DOUBLE : type, list.size(),
                        list.data());
    }
    nc_enddef(file_);
    if (!values.empty()) REQUIRE(nc_put_var_double(place(), number, values.data()) == NC_NOERR);
    nc_redef(file_);
  }
  void global(const std::string& name, const std::string& text) {
    nc_put_att_text(file_, NC_GLOBAL, name.c_str(), text.size(), text.c_str());
  }
  int place() const { return group_ >= 0 ? group_ : file_; }

 private:
  int file_ = -1, group_ = -1;
  std::map<std::string, int> dimensions_;
};

inline netcdf::File open_netcdf(const std::filesystem::path& path) {
  std::string problem;
  auto file = netcdf::File::open(path, problem);
  REQUIRE(file);
  return std::move(*file);
}

}  // namespace stormsweep
