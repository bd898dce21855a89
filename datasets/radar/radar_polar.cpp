#include "datasets/radar/radar_polar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "datasets/files/netcdf.hpp"
#include "datasets/radar/radar_format.hpp"
#include "search/base/text.hpp"

namespace stormsweep::radar {

namespace {

[[noreturn]] void refuse_layout(const std::filesystem::path& path, const std::string& layout) {
  refuse(path,
         fmt::format("is polar ({}): rays around one radar, not a map; give composites, or images on a map", layout));
}

/// The names in the file's root.
std::vector<std::string> root_links(const hdf5::Handle& file) {
  std::vector<std::string> names;
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* data) -> herr_t {
    static_cast<std::vector<std::string>*>(data)->emplace_back(name);
    return 0;
  };
  H5Literate(file, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add, &names);
  return names;
}

bool has_attribute(const hdf5::Handle& file, const std::string& group, const char* name) {
  const hdf5::Handle handle = hdf5::open_object(file, group);
  return handle && H5Aexists(handle, name) > 0;
}

std::string text(const hdf5::Handle& file, const std::string& group, const char* name) {
  return hdf5::read_text(hdf5::open_object(file, group), name).value_or("");
}

/// Whether ODIM's `where` has what only rays have, or its `what` a product of rays.
bool has_rays(const hdf5::Handle& file, const std::string& group) {
  constexpr std::array fields{"elangle", "nbins", "nrays", "rscale", "a1gate", "az_angle"};
  constexpr std::array products{"SCAN", "PVOL", "AZIM", "ELEV", "RAY"};
  return std::ranges::any_of(fields, [&](const char* name) { return has_attribute(file, group + "where", name); }) ||
         std::ranges::find(products, text(file, group + "what", "product")) != products.end();
}

/// ODIM's volumes, scans and sections: by the file's object, or, where it has none, by what a dataset has.
bool is_odim_polar(const hdf5::Handle& file, const std::vector<std::string>& links) {
  constexpr std::array polar{"PVOL", "SCAN", "RAY", "AZIM", "ELEV", "RHI"};
  constexpr std::array maps{"COMP", "IMAGE", "CVOL"};
  const std::string object = text(file, "what", "object");
  if (std::ranges::find(polar, object) != polar.end()) return true;
  if (std::ranges::find(maps, object) != maps.end()) return false;
  return has_rays(file, "") || std::ranges::any_of(links, [&](const std::string& link) {
           return link.starts_with("dataset") && (has_rays(file, link + "/") || has_rays(file, link + "/data1/"));
         });
}

/// Whether a link is `name` followed by a number, as KNMI's, GAMIC's and CfRadial's scans are.
bool has_numbered(const std::vector<std::string>& links, const std::string& name) {
  return std::ranges::any_of(links, [&](const std::string& link) {
    return link.size() > name.size() && link.starts_with(name) &&
           link.find_first_not_of("0123456789_", name.size()) == std::string::npos;
  });
}

/// In lower case.
struct Names {
  std::set<std::string> dimensions, all;  // all: of variables and of dimensions
};

Names names_of(const netcdf::File& file) {
  Names names;
  for (const netcdf::Variable& variable : file.variables()) {
    names.all.insert(lower(variable.name));
    for (const std::string& dimension : variable.dimensions) names.dimensions.insert(lower(dimension));
  }
  names.all.insert(names.dimensions.begin(), names.dimensions.end());
  return names;
}

bool any(const std::set<std::string>& names, std::initializer_list<const char*> beginnings) {
  return std::ranges::any_of(names, [&](const std::string& name) {
    return std::ranges::any_of(beginnings, [&](const char* beginning) { return name.starts_with(beginning); });
  });
}

}  // namespace

void refuse_polar(const hdf5::Handle& file, const std::filesystem::path& path) {
  const std::vector<std::string> links = root_links(file);
  if (is_odim_polar(file, links)) refuse_layout(path, "a volume or scan of ODIM");
  if (hdf5::has(file, "image1")) return;  // KNMI's composites
  if (has_numbered(links, "scan")) refuse_layout(path, "scans of KNMI's or GAMIC's");
  if (has_numbered(links, "sweep")) refuse_layout(path, "sweeps of CfRadial");
}

void refuse_polar_netcdf(const std::filesystem::path& path) {
  std::string problem;
  const auto file = netcdf::File::open(path, problem);
  if (!file) return;
  const Names names = names_of(*file);
  if (!any(names.all, {"azimuth", "radial", "theta", "ray_angle"})) return;
  if (any(names.all, {"sweep_number", "sweep_mode", "sweep_start"})) refuse_layout(path, "sweeps of CfRadial");
  if (any(names.dimensions, {"gate", "range", "bin", "maxcells", "distance"})) refuse_layout(path, "azimuth and range");
}

}  // namespace stormsweep::radar
