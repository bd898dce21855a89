#include "datasets/storms/storm_patch_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

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

StormPatchFile::StormPatchFile(const std::filesystem::path& path)
    : path_(path), date_(date_in(path.filename().string())), file_(open()) {
  const std::vector<std::size_t> first = variable(storm_variables[0]).shape;
  const std::vector<std::size_t> expected{first.empty() ? 0 : first[0], storm_side, storm_side};
  size_ = static_cast<std::int64_t>(expected[0]);
  for (const char* const name : storm_variables) {
    const std::vector<std::size_t> shape = variable(name).shape;
    if (shape == expected) continue;
    refuse(fmt::format("{} has the shape ({}), not ({}); give NCAR's storm patch files", name, fmt::join(shape, ", "),
                       fmt::join(expected, ", ")));
  }
}

netcdf::File StormPatchFile::open() const {
  if (date_ == 0) refuse("has no date in its name; call it NCARSTORM_YYYYMMDD-... after the day of its model run");
  return {path_, "fetch it again or leave it out"};
}

void StormPatchFile::read(std::int64_t first, std::int64_t n, std::span<float> patches, std::span<float> vorticity_max,
                          std::span<float> vorticity_mean) const {
  for (std::size_t c = 0; c < storm_channels; ++c) {
    const std::vector<float> field = values(storm_variables[c], first, n, storm_side);
    for (std::size_t i = 0; i < field.size(); ++i) patches[storm_channels * i + c] = field[i];
  }
  const std::vector<float> field = values(storm_variables[storm_channels], first, n, storm_side);
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
  return file_.variable("i") && file_.variable("j");
}

PatchPlaces StormPatchFile::places(bool grid) const {
  if (!grid && !(file_.variable("centroid_i") && file_.variable("centroid_j"))) {
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

netcdf::Variable StormPatchFile::variable(const std::string& name) const {
  if (auto variable = file_.variable(name)) return std::move(*variable);
  refuse(fmt::format("has no variable {}; give NCAR's storm patch files", name));
}

std::vector<float> StormPatchFile::values(const std::string& name, std::int64_t first, std::int64_t n,
                                          std::size_t side) const {
  const netcdf::Variable one = variable(name);
  std::vector<std::size_t> start(one.shape.size(), 0), count(one.shape.size(), side);
  if (start.empty()) refuse(fmt::format("{} is one number, not one a patch; give NCAR's storm patch files", name));
  start[0] = static_cast<std::size_t>(first), count[0] = static_cast<std::size_t>(n);
  const std::vector<double> numbers = file_.decoded(one, file_.read(one, start, count));
  if (std::ssize(numbers) != n * static_cast<std::int64_t>(side * side))
    refuse(fmt::format("{} cannot be read; fetch the file again or leave it out", name));
  return {numbers.begin(), numbers.end()};
}

}  // namespace stormsweep
