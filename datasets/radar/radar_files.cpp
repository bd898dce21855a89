#include "datasets/radar/radar_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "datasets/files/grib.hpp"
#include "datasets/radar/foreign_file.hpp"
#include "datasets/radar/radar_format.hpp"
#include "datasets/radar/radar_grib.hpp"
#include "datasets/radar/radar_knmi.hpp"
#include "datasets/radar/radar_netcdf.hpp"
#include "datasets/radar/radar_odim.hpp"
#include "datasets/radar/radar_polar.hpp"
#include "datasets/radar/radar_sevir.hpp"

namespace stormsweep {

namespace {

struct Format {
  RadarFormat name;
  bool (*is)(const hdf5::Handle&);
  std::vector<RadarImage> (*list)(const hdf5::Handle&, const std::filesystem::path&);
  RadarFrame (*read)(const hdf5::Handle&, const RadarImage&);
};

/// The formats that we read by the HDF5 library; all others are left to ecCodes and libnetcdf.
constexpr std::array hdf5_formats{
    Format{RadarFormat::knmi, radar::is_knmi, radar::list_knmi, radar::read_knmi},
    Format{RadarFormat::odim, radar::is_odim, radar::list_odim, radar::read_odim},
    Format{RadarFormat::sevir, radar::is_sevir, radar::list_sevir, radar::read_sevir},
};

hdf5::Handle open(const std::filesystem::path& path) {
  try {
    return hdf5::open(path, "fetch it again or leave it out");
  } catch (const InputError& error) {
    throw UnreadableFile(error.what());
  }
}

bool is_hdf5(const std::filesystem::path& path) {
  hdf5::silence();
  return H5Fis_hdf5(path.c_str()) > 0;
}

void refuse_variable(const std::filesystem::path& path, const std::string& variable) {
  if (!variable.empty())
    radar::refuse(path, fmt::format("is not NetCDF, so --variable {} does not apply; leave it out", variable));
}

std::string_view remedy_of(std::string_view kind) {
  if (kind.starts_with("packed by") || kind.ends_with("archive")) return "unpack it";
  if (kind.find("NEXRAD") != kind.npos) return "give images of many radars together, such as MRMS PrecipRate in GRIB";
  return "give KNMI, ODIM or SEVIR HDF5, NetCDF or GRIB";
}

std::vector<RadarImage> list_other(const std::filesystem::path& path, const std::string& variable) {
  if (grib::is_grib(path)) refuse_variable(path, variable);
  if (grib::is_grib(path)) return radar::list_grib(path);
  if (const auto kind = radar::foreign_kind(path))
    throw UnreadableFile(fmt::format("{}: is {}, which is not supported; {}", path.string(), *kind, remedy_of(*kind)));
  radar::refuse_polar_netcdf(path);
  return radar::list_netcdf(path, variable);
}

}  // namespace

std::vector<RadarImage> list_radar_images(const std::filesystem::path& path, const std::string& variable) {
  if (!is_hdf5(path)) return list_other(path, variable);
  const hdf5::Handle file = open(path);
  radar::refuse_polar(file, path);
  const auto* const format = std::ranges::find_if(hdf5_formats, [&](const Format& known) { return known.is(file); });
  if (format == hdf5_formats.end()) return list_other(path, variable);
  refuse_variable(path, variable);
  std::vector<RadarImage> images = format->list(file, path);
  for (RadarImage& image : images) image.format = format->name;
  return images;
}

RadarFrame read_radar_image(const RadarImage& image) {
  if (image.format == RadarFormat::grib) return radar::read_grib(image);
  const auto* const format = std::ranges::find(hdf5_formats, image.format, &Format::name);
  RadarFrame frame = format == hdf5_formats.end() ? radar::read_netcdf(image) : format->read(open(image.path), image);
  const auto pixels = static_cast<std::size_t>(image.grid.height) * static_cast<std::size_t>(image.grid.width);
  if (frame.values.size() != pixels) radar::refuse_unreadable(image.path, "has changed while it was read");
  return frame;
}

}  // namespace stormsweep
