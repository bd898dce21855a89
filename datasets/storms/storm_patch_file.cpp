#include "datasets/storms/storm_patch_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netcdf.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "datasets/files/hdf5.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr std::array<const char*, storm_channels> channels{"REFL_COM_curr", "U10_curr", "V10_curr"};
constexpr const char* vorticity = "RVORT1_MAX_future";
constexpr std::size_t points = storm_side * storm_side;

/// The digits after NCARSTORM_; 0 if the name is another.
std::int32_t date_in(const std::string& name) {
  const std::string prefix = "NCARSTORM_";
  std::int32_t date = 0;
  if (!name.starts_with(prefix) || name.size() < prefix.size() + 8) return 0;
  const char* const first = name.data() + prefix.size();
  const auto [end, error] = std::from_chars(first, first + 8, date);
  return error == std::errc() && end == first + 8 ? date : 0;
}

}  // namespace

StormPatchFile::Handle::~Handle() {
  if (id >= 0) nc_close(id);
}

StormPatchFile::StormPatchFile(const std::filesystem::path& path)
    : path_(path), date_(date_in(path.filename().string())) {
  if (date_ == 0) refuse("has no date in its name; call it NCARSTORM_YYYYMMDD-... after the day of its model run");
  hdf5::silence();
  int id = -1;
  if (const int status = nc_open(path.c_str(), NC_NOWRITE, &id); status != NC_NOERR) {
    refuse(fmt::format("cannot be read as NetCDF ({}); fetch it again or leave it out", nc_strerror(status)));
  }
  file_.id = id;
  const std::vector<std::size_t> first = shape(channels[0]);
  const std::vector<std::size_t> expected{first.empty() ? 0 : first[0], storm_side, storm_side};
  size_ = static_cast<std::int64_t>(expected[0]);
  for (const char* name : {channels[0], channels[1], channels[2], vorticity}) {
    if (shape(name) == expected) continue;
    refuse(fmt::format("{} has the shape ({}), not ({}); give NCAR's storm patch files", name,
                       fmt::join(shape(name), ", "), fmt::join(expected, ", ")));
  }
}

void StormPatchFile::read(std::int64_t first, std::int64_t n, std::span<float> patches, std::span<float> vorticity_max,
                          std::span<float> vorticity_mean) const {
  for (std::size_t c = 0; c < channels.size(); ++c) {
    const std::vector<float> field = values(channels[c], first, n, storm_side);
    for (std::size_t i = 0; i < field.size(); ++i) patches[channels.size() * i + c] = field[i];
  }
  const std::vector<float> field = values(vorticity, first, n, storm_side);
  for (std::size_t p = 0; p < static_cast<std::size_t>(n); ++p) {
    double sum = 0;
    float most = -std::numeric_limits<float>::infinity();
    for (const float value : std::span(field).subspan(p * points, points)) {
      sum += value;
      most = std::max(most, value);
    }
    vorticity_mean[p] = static_cast<float>(sum / points);
    vorticity_max[p] = std::isnan(sum) ? std::numeric_limits<float>::quiet_NaN() : most;
  }
}

bool StormPatchFile::has_grid() const {
  return has("i") && has("j");
}

PatchPlaces StormPatchFile::places(bool grid) const {
  if (!grid && !(has("centroid_i") && has("centroid_j"))) {
    refuse(
        "has neither i and j nor centroid_i and centroid_j, so it cannot be split by place; give at least three dates");
  }
  const std::vector<float> rows = values(grid ? "i" : "centroid_i", 0, size_, 1);
  const std::vector<float> columns = values(grid ? "j" : "centroid_j", 0, size_, 1);
  PatchPlaces places;
  for (std::size_t p = 0; p < rows.size(); ++p) {
    const float row = std::floor(rows[p]), column = std::floor(columns[p]);
    if (!(std::abs(row) < 1e9f && std::abs(column) < 1e9f))
      refuse(fmt::format("patch {} has no place; leave the file out", p));
    places.corners.push_back({static_cast<std::int32_t>(row), static_cast<std::int32_t>(column)});
    if (row != rows[p] || column != columns[p]) places.width = storm_side + 1;
  }
  return places;
}

void StormPatchFile::refuse(const std::string& problem) const {
  throw InputError(path_.string() + ": " + problem);
}

bool StormPatchFile::has(const std::string& name) const {
  int variable = 0;
  return nc_inq_varid(file_.id, name.c_str(), &variable) == NC_NOERR;
}

std::vector<std::size_t> StormPatchFile::shape(const std::string& name) const {
  int variable = 0, rank = 0;
  if (!has(name)) refuse(fmt::format("has no variable {}; give NCAR's storm patch files", name));
  nc_inq_varid(file_.id, name.c_str(), &variable);
  nc_inq_varndims(file_.id, variable, &rank);
  std::vector<int> dimensions(static_cast<std::size_t>(rank));
  nc_inq_vardimid(file_.id, variable, dimensions.data());
  std::vector<std::size_t> lengths(dimensions.size());
  for (std::size_t i = 0; i < lengths.size(); ++i) nc_inq_dimlen(file_.id, dimensions[i], &lengths[i]);
  return lengths;
}

std::vector<float> StormPatchFile::values(const std::string& name, std::int64_t first, std::int64_t n,
                                          std::size_t side) const {
  std::vector<std::size_t> start(shape(name).size(), 0), count(start.size(), side);
  if (start.empty()) refuse(fmt::format("{} is one number, not one a patch; give NCAR's storm patch files", name));
  start[0] = static_cast<std::size_t>(first), count[0] = static_cast<std::size_t>(n);
  std::vector<float> result(static_cast<std::size_t>(n) * side * side);
  int variable = 0;
  nc_inq_varid(file_.id, name.c_str(), &variable);
  const int status = nc_get_vara_float(file_.id, variable, start.data(), count.data(), result.data());
  if (status != NC_NOERR) {
    refuse(fmt::format("{} cannot be read ({}); fetch the file again or leave it out", name, nc_strerror(status)));
  }
  float missing = NC_FILL_FLOAT;
  nc_get_att_float(file_.id, variable, "_FillValue", &missing);
  std::ranges::replace(result, missing, std::numeric_limits<float>::quiet_NaN());
  return result;
}

}  // namespace stormsweep
