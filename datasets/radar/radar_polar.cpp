#include "datasets/radar/radar_polar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>

#include "datasets/files/netcdf.hpp"
#include "datasets/radar/radar_format.hpp"

namespace stormsweep::radar {

namespace {

[[noreturn]] void refuse_layout(const std::filesystem::path& path, const std::string& layout) {
  refuse(path,
         fmt::format("is polar ({}): rays around one radar, not a map; give composites, or images on a map", layout));
}

bool has_attribute(const hdf5::Handle& file, const std::string& group, const char* name) {
  return hdf5::has(file, group) && H5Aexists_by_name(file, group.c_str(), name, H5P_DEFAULT) > 0;
}

/// ODIM's, whole or cut: a `where` with what only rays have, of the file, of a dataset or of its data.
bool is_odim_polar(const hdf5::Handle& file) {
  for (const char* const group : {"where", "dataset1/where", "dataset1/data1/where"}) {
    for (const char* const name : {"elangle", "nbins", "nrays", "rscale", "a1gate", "az_angle"})
      if (has_attribute(file, group, name)) return true;
  }
  const hdf5::Handle what(hdf5::has(file, "what") ? H5Gopen2(file, "what", H5P_DEFAULT) : -1, H5Gclose);
  constexpr std::array objects{"PVOL", "SCAN", "RAY", "AZIM", "ELEV", "RHI"};
  return what && std::ranges::find(objects, hdf5::read_text(what, "object").value_or("")) != objects.end();
}

/// The name of a link of the file's root that begins so; of one of KNMI's, GAMIC's and CfRadial's scans.
bool has_scans(const hdf5::Handle& file, const std::string& prefix) {
  struct Search {
    const std::string& prefix;
    bool found = false;
  } search{prefix};
  const auto look = [](hid_t, const char* name, const H5L_info_t*, void* data) -> herr_t {
    auto& wanted = *static_cast<Search*>(data);
    const std::string link = name;
    wanted.found = link.starts_with(wanted.prefix) && link.size() > wanted.prefix.size() &&
                   std::all_of(link.begin() + static_cast<std::ptrdiff_t>(wanted.prefix.size()), link.end(),
                               [](unsigned char c) { return std::isdigit(c) || c == '_'; });
    return wanted.found ? 1 : 0;
  };
  H5Literate(file, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, look, &search);
  return search.found;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Names of variables and of their dimensions, in small letters.
std::set<std::string> names_of(const netcdf::File& file) {
  std::set<std::string> names;
  for (const netcdf::Variable& variable : file.variables()) {
    names.insert(lower(variable.name));
    for (const std::string& dimension : variable.dimensions) names.insert(lower(dimension));
  }
  return names;
}

}  // namespace

void refuse_polar(const hdf5::Handle& file, const std::filesystem::path& path) {
  if (is_odim_polar(file)) refuse_layout(path, "a volume or scan of ODIM");
  if (hdf5::has(file, "image1")) return;  // KNMI's composites
  if (has_scans(file, "scan")) refuse_layout(path, "scans of KNMI's or GAMIC's");
  if (has_scans(file, "sweep")) refuse_layout(path, "sweeps of CfRadial");
}

void refuse_polar_netcdf(const std::filesystem::path& path) {
  std::string problem;
  const auto file = netcdf::File::open(path, problem);
  if (!file) return;
  const std::set<std::string> names = names_of(*file);
  const auto any = [&](std::initializer_list<const char*> beginnings) {
    return std::ranges::any_of(names, [&](const std::string& name) {
      return std::ranges::any_of(beginnings, [&](const char* beginning) { return name.starts_with(beginning); });
    });
  };
  if (!any({"azimuth", "radial", "theta", "ray_angle"})) return;
  if (any({"sweep_number", "sweep_mode", "sweep_start"})) refuse_layout(path, "sweeps of CfRadial");
  if (any({"gate", "range", "bin", "maxcells", "distance"})) refuse_layout(path, "azimuth and range");
}

}  // namespace stormsweep::radar
