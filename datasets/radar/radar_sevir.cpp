#include "datasets/radar/radar_sevir.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include "datasets/radar/radar_format.hpp"

namespace stormsweep::radar {

namespace {

// SEVIR (Veillette, Samsi, Mattioli 2020): vil [events, row, column, frame], frames 5 min apart around the event's
// time, pixels of 1 km, 255 = missing.
constexpr std::int64_t frame_seconds = 300, day = 86400;
constexpr float missing = 255;
constexpr const char* projection = "+proj=laea +lat_0=38 +lon_0=-98 +units=m +a=6370997.0 +ellps=sphere";

std::array<hsize_t, 4> shape_of(const hdf5::Handle& file) {
  const hdf5::Handle dataset(H5Dopen2(file, "vil", H5P_DEFAULT), H5Dclose);
  const hdf5::Handle space(dataset ? H5Dget_space(dataset) : -1, H5Sclose);
  std::array<hsize_t, 4> shape{};
  if (space && H5Sget_simple_extent_ndims(space) == 4) H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  return shape;
}

/// Names of the events; empty where the file has none of fixed length.
std::vector<std::string> read_ids(const hdf5::Handle& file, std::size_t events) {
  if (!hdf5::has(file, "id")) return {};
  const hdf5::Handle dataset(H5Dopen2(file, "id", H5P_DEFAULT), H5Dclose);
  const hdf5::Handle type(H5Dget_type(dataset), H5Tclose);
  const hdf5::Handle space(H5Dget_space(dataset), H5Sclose);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0 ||
      H5Sget_simple_extent_npoints(space) != static_cast<hssize_t>(events))
    return {};
  const std::size_t length = H5Tget_size(type);
  std::string all(length * events, '\0');
  if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()) < 0) return {};
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < events; ++i) ids.emplace_back(all.substr(i * length, length).c_str());
  return ids;
}

std::optional<std::int64_t> parse_time(const std::string& text, const char* format) {
  int year = 0, month = 0, date = 0, hour = 0, minute = 0;
  if (std::sscanf(text.c_str(), format, &year, &month, &date, &hour, &minute) != 5) return std::nullopt;
  return utc_time(year < 100 ? year + 2000 : year, month, date, hour, minute, 0);
}

/// Times of events by their id, from SEVIR's CATALOG.csv in the file's folder or one of the three above it, where the
/// published tree has it.
std::map<std::string, std::int64_t> read_catalog(const std::filesystem::path& file) {
  std::filesystem::path folder = file.parent_path();
  for (int up = 0; up < 3 && !std::filesystem::exists(folder / "CATALOG.csv"); ++up) folder = folder.parent_path();
  std::ifstream stream(folder / "CATALOG.csv");
  const auto fields = [&] {
    std::vector<std::string> result;
    std::string line, field;
    std::getline(stream, line);
    for (std::istringstream row(line); std::getline(row, field, ',');) result.push_back(field);
    return result;
  };
  const std::vector<std::string> names = fields();
  const auto place = [&](const char* name) {
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
  };
  const std::size_t id = place("id"), type = place("img_type"), time = place("time_utc");
  std::map<std::string, std::int64_t> times;
  while (stream) {
    const std::vector<std::string> row = fields();
    if (std::max({id, type, time}) >= row.size() || row[type] != "vil") continue;
    if (const auto parsed = parse_time(row[time], "%d-%d-%d%*c%d:%d")) times[row[id]] = *parsed;
  }
  return times;
}

/// The middle of an event. Ids of random events tell it (R, then YYMMDDhhmm and more); without anything, one event a
/// day from 1970, in the order of the file.
std::int64_t event_time(const std::string& id, std::int64_t number,
                        const std::map<std::string, std::int64_t>& catalog) {
  if (const auto known = catalog.find(id); known != catalog.end()) return known->second;
  if (id.size() >= 11 && id[0] == 'R') {
    if (const auto parsed = parse_time(id.substr(1), "%2d%2d%2d%2d%2d")) return *parsed - *parsed % frame_seconds;
  }
  return number * day + day / 2;
}

/// The event read last: its frames lie interleaved in the file, so one costs as much as all.
struct Event {
  std::filesystem::path path;
  std::filesystem::file_time_type written;
  hsize_t number = 0;
  std::vector<std::uint8_t> values;  // [row, column, frame]
};

const std::vector<std::uint8_t>& read_event(const hdf5::Handle& file, const std::filesystem::path& path,
                                            const std::array<hsize_t, 4>& shape, hsize_t number) {
  thread_local Event last;
  const auto written = std::filesystem::last_write_time(path);
  if (last.path == path && last.written == written && last.number == number && !last.values.empty()) return last.values;
  const hdf5::Handle dataset(H5Dopen2(file, "vil", H5P_DEFAULT), H5Dclose);
  const hdf5::Handle space(H5Dget_space(dataset), H5Sclose);
  const std::array<hsize_t, 4> start{number, 0, 0, 0}, count{1, shape[1], shape[2], shape[3]};
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  const hdf5::Handle memory(H5Screate_simple(4, count.data(), nullptr), H5Sclose);
  last = {path, written, number, std::vector<std::uint8_t>(shape[1] * shape[2] * shape[3])};
  if (H5Dread(dataset, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, last.values.data()) < 0) {
    last = {};
    refuse_unreadable(path, fmt::format("event {} of vil cannot be read", number));
  }
  return last.values;
}

}  // namespace

bool is_sevir(const hdf5::Handle& file) {
  return hdf5::has(file, "vil") && shape_of(file)[3] > 0;
}

std::vector<RadarImage> list_sevir(const hdf5::Handle& file, const std::filesystem::path& path) {
  const std::array<hsize_t, 4> shape = shape_of(file);
  const auto frames = static_cast<std::int64_t>(shape[3]);
  const std::vector<std::string> ids = read_ids(file, shape[0]);
  const auto catalog = read_catalog(path);
  RadarImage image{path, 0, 0, 0, RadarQuantity::vil, {}};
  image.grid.height = static_cast<std::int64_t>(shape[1]), image.grid.width = static_cast<std::int64_t>(shape[2]);
  image.grid.pixel_height = image.grid.pixel_width = 1000;
  image.grid.projection = projection;
  std::vector<RadarImage> images;
  for (std::int64_t event = 0; event < static_cast<std::int64_t>(shape[0]); ++event) {
    const std::string id = ids.empty() ? "" : ids[static_cast<std::size_t>(event)];
    const std::int64_t middle = event_time(id, event, catalog);
    for (std::int64_t frame = 0; frame < frames; ++frame) {
      image.index = event * frames + frame;
      image.sequence = event + 1;
      image.time = middle + (frame - frames / 2) * frame_seconds;
      images.push_back(image);
    }
  }
  return images;
}

RadarFrame read_sevir(const hdf5::Handle& file, const RadarImage& image) {
  const std::array<hsize_t, 4> shape = shape_of(file);
  const auto index = static_cast<hsize_t>(image.index);
  const std::vector<std::uint8_t>& event = read_event(file, image.path, shape, index / shape[3]);
  RadarFrame frame{image.time, image.quantity, image.grid, {}};
  for (std::size_t i = index % shape[3]; i < event.size(); i += shape[3])
    frame.values.push_back(event[i] == missing ? std::numeric_limits<float>::quiet_NaN() : event[i]);
  return frame;
}

}  // namespace stormsweep::radar
