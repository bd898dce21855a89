#include "datasets/radar/radar_files.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>

#include "datasets/radar/radar_format.hpp"

namespace stormsweep {

namespace radar {

namespace {

struct Format {
  bool (*is)(const hdf5::Handle&);
  std::vector<RadarImage> (*list)(const hdf5::Handle&, const std::filesystem::path&);
  RadarFrame (*read)(const hdf5::Handle&, const RadarImage&);
};

constexpr std::array hdf5_formats{Format{is_knmi, list_knmi, read_knmi}, Format{is_odim, list_odim, read_odim},
                                  Format{is_sevir, list_sevir, read_sevir}};

hdf5::Handle open(const std::filesystem::path& path) {
  try {
    return hdf5::open(path, "fetch it again or leave it out");
  } catch (const InputError& error) {
    throw UnreadableFile(error.what());
  }
}

/// Null: NetCDF, or none that we know.
const Format* format_of(const hdf5::Handle& file) {
  const auto* const found = std::ranges::find_if(hdf5_formats, [&](const Format& format) { return format.is(file); });
  return found == hdf5_formats.end() ? nullptr : found;
}

bool is_hdf5(const std::filesystem::path& path) {
  hdf5::silence();
  return H5Fis_hdf5(path.c_str()) > 0;
}

}  // namespace

void refuse(const std::filesystem::path& path, const std::string& problem) {
  throw InputError(path.string() + ": " + problem);
}

void refuse_unreadable(const std::filesystem::path& path, const std::string& problem) {
  throw UnreadableFile(path.string() + ": " + problem + "; fetch it again or leave it out");
}

std::optional<std::int64_t> utc_time(int year, int month, int day, int hour, int minute, int second) {
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  return seconds(sys_days(date).time_since_epoch()).count() + 3600 * hour + 60 * minute + second;
}

std::array<std::int64_t, 2> image_size(const hdf5::Handle& file, const std::filesystem::path& path,
                                       const std::string& name) {
  const hdf5::Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  const hdf5::Handle space(dataset ? H5Dget_space(dataset) : -1, H5Sclose);
  std::array<hsize_t, 2> shape{};
  if (!space || H5Sget_simple_extent_ndims(space) != 2) refuse(path, name + " is not an image of rows and columns");
  H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  return {static_cast<std::int64_t>(shape[0]), static_cast<std::int64_t>(shape[1])};
}

std::vector<float> read_numbers(const hdf5::Handle& file, const std::filesystem::path& path, const std::string& name) {
  const hdf5::Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  const hdf5::Handle space(dataset ? H5Dget_space(dataset) : -1, H5Sclose);
  if (!space) refuse_unreadable(path, name + " cannot be opened");
  std::vector<float> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  if (H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    refuse_unreadable(path, name + " cannot be read");
  return values;
}

void flip_rows(RadarFrame& frame) {
  const auto width = static_cast<std::ptrdiff_t>(frame.grid.width);
  for (std::ptrdiff_t top = 0, bottom = frame.grid.height - 1; top < bottom; ++top, --bottom) {
    const auto row = frame.values.begin() + top * width;
    std::swap_ranges(row, row + width, frame.values.begin() + bottom * width);
  }
}

float rate_of(Meaning meaning, double value, double hours) {
  if (meaning == Meaning::reflectivity) return rain_rate_of(static_cast<float>(value));
  return static_cast<float>(meaning == Meaning::amount ? value / hours : value);
}

}  // namespace radar

std::vector<RadarImage> list_radar_images(const std::filesystem::path& path) {
  if (radar::is_hdf5(path)) {
    const hdf5::Handle file = radar::open(path);
    if (const radar::Format* const format = radar::format_of(file)) return format->list(file, path);
  }
  return radar::list_netcdf(path);
}

RadarFrame read_radar_image(const RadarImage& image) {
  if (radar::is_hdf5(image.path)) {
    const hdf5::Handle file = radar::open(image.path);
    if (const radar::Format* const format = radar::format_of(file)) return format->read(file, image);
  }
  return radar::read_netcdf(image);
}

float rain_rate_of(float dbz) {
  return std::exp((dbz * std::numbers::ln10_v<float> / 10 - std::log(200.0f)) / 1.6f);
}

}  // namespace stormsweep
