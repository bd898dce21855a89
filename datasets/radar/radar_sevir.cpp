#include "datasets/radar/radar_sevir.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <limits>
#include <map>
#include <span>
#include <sstream>

#include "datasets/files/number_count.hpp"
#include "datasets/radar/radar_format.hpp"

namespace stormsweep::radar {

namespace {

// SEVIR (Veillette, Samsi, Mattioli 2020): vil [events, row, column, frame], frames 5 min apart around the event's
// time, pixels of 1 km, 255 = missing. Rows go from south to north: its authors draw it with origin='lower'.
constexpr std::int64_t frame_seconds = 300, day = 86400;
constexpr std::uint8_t missing = 255;
constexpr const char* untold =
    "the times of its events are unknown, so they are taken as one a day, in their order; put SEVIR's CATALOG.csv "
    "beside it";
constexpr const char* nameless =
    "its events have no id, so their times are unknown; they are taken as one a day, in their order";
constexpr const char* projection = "+proj=laea +lat_0=38 +lon_0=-98 +units=m +a=6370997.0 +ellps=sphere";

/// Datasets [events, row, column, frame], each continuing the frames of the one before: SEVIR's own, and those of the
/// set for training nowcasts of Veillette et al. 2020 (NeurIPS), 13 frames in and 12 out.
using Datasets = std::vector<std::string>;

Datasets datasets_of(const hdf5::Handle& file) {
  if (hdf5::has(file, "IN") && hdf5::has(file, "OUT")) return {"IN", "OUT"};
  return {"vil"};
}

/// Zeros where it does not have four dimensions.
std::array<hsize_t, 4> shape_of(const hdf5::Handle& file, const std::string& name) {
  const std::vector<hsize_t> found = hdf5::lengths_of({H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose});
  std::array<hsize_t, 4> shape{};
  if (found.size() == shape.size()) std::ranges::copy(found, shape.begin());
  return shape;
}

/// The shape of all datasets together; no frames where they do not fit each other.
std::array<hsize_t, 4> shape_of(const hdf5::Handle& file) {
  std::array<hsize_t, 4> all{};
  for (const std::string& name : datasets_of(file)) {
    const std::array<hsize_t, 4> one = shape_of(file, name);
    const bool fits = all[3] == 0 || std::equal(one.begin(), one.end() - 1, all.begin());
    if (!fits || one[3] == 0) return {};
    all = {one[0], one[1], one[2], all[3] + one[3]};
  }
  return all;
}

/// Checks what a damaged file may declare: events of too many pixels, or more frames than the file has bytes.
void check_shape(const std::filesystem::path& path, const std::array<hsize_t, 4>& shape) {
  if (number_count(std::span(shape).last(3)) && shape[0] <= std::filesystem::file_size(path) / shape[3]) return;
  refuse_unreadable(path, fmt::format("declares {} events of {} x {} pixels and {} frames, more than it can hold",
                                      shape[0], shape[1], shape[2], shape[3]));
}

/// Names of the events; empty where the file has none.
std::vector<std::string> read_ids(const hdf5::Handle& file, std::size_t events) {
  if (!hdf5::has(file, "id")) return {};
  const std::vector<std::string> ids = hdf5::read_texts(file, "id");
  return ids.size() == events ? ids : std::vector<std::string>();
}

std::optional<std::int64_t> parse_time(const std::string& text, const char* format) {
  int year = 0, month = 0, date = 0, hour = 0, minute = 0;
  if (std::sscanf(text.c_str(), format, &year, &month, &date, &hour, &minute) != 5) return std::nullopt;
  return utc_time(year < 100 ? year + 2000 : year, month, date, hour, minute, 0);
}

/// Times of events by their id, from SEVIR's CATALOG.csv, in the file's folder or one of the three above it, as in the
/// published tree.
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

/// The middle of an event. Ids of random events have it (R, then YYMMDDhhmm and more), those of storms do not.
std::optional<std::int64_t> event_time(const std::string& id, const std::map<std::string, std::int64_t>& catalog) {
  if (const auto known = catalog.find(id); known != catalog.end()) return known->second;
  if (id.size() >= 11 && id[0] == 'R') {
    if (const auto parsed = parse_time(id.substr(1), "%2d%2d%2d%2d%2d")) return *parsed - *parsed % frame_seconds;
  }
  return std::nullopt;
}

/// The event read last: its frames lie interleaved in the file, so one costs as much as all.
struct Event {
  std::filesystem::path path;
  std::filesystem::file_time_type written;
  hsize_t number = 0;
  std::vector<std::uint8_t> values;  // [row, column, frame]
};

/// Reads into frames [first, first + count[3]) of `values` [row, column, all frames]; false where that fails.
bool read_frames(const hdf5::Handle& file, const std::string& name, const std::array<hsize_t, 4>& start,
                 const std::array<hsize_t, 4>& count, hsize_t first, hsize_t all, std::vector<std::uint8_t>& values) {
  const hdf5::Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  const hdf5::Handle space(H5Dget_space(dataset), H5Sclose);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  const std::array<hsize_t, 4> extent{1, count[1], count[2], all}, place{0, 0, 0, first};
  const hdf5::Handle memory(H5Screate_simple(4, extent.data(), nullptr), H5Sclose);
  H5Sselect_hyperslab(memory, H5S_SELECT_SET, place.data(), nullptr, count.data(), nullptr);
  return H5Dread(dataset, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, values.data()) >= 0;
}

const std::vector<std::uint8_t>& read_event(const hdf5::Handle& file, const std::filesystem::path& path,
                                            const std::array<hsize_t, 4>& shape, hsize_t number) {
  thread_local Event last;
  const auto written = std::filesystem::last_write_time(path);
  if (last.path == path && last.written == written && last.number == number && !last.values.empty()) return last.values;
  last = {path, written, number, std::vector<std::uint8_t>(shape[1] * shape[2] * shape[3])};
  hsize_t first = 0;
  for (const std::string& name : datasets_of(file)) {
    const hsize_t frames = shape_of(file, name)[3];
    if (!read_frames(file, name, {number, 0, 0, 0}, {1, shape[1], shape[2], frames}, first, shape[3], last.values)) {
      last = {};
      hdf5::check_filters(hdf5::Handle(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose));
      refuse_unreadable(path, fmt::format("event {} of {} cannot be read", number, name));
    }
    first += frames;
  }
  return last.values;
}

}  // namespace

bool is_sevir(const hdf5::Handle& file) {
  return shape_of(file)[3] > 0;
}

std::vector<RadarImage> list_sevir(const hdf5::Handle& file, const std::filesystem::path& path) {
  const std::array<hsize_t, 4> shape = shape_of(file);
  check_shape(path, shape);
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
    const auto told = event_time(id, catalog);
    const std::int64_t middle = told.value_or(event * day + day / 2);
    image.time_known = told.has_value();
    image.note = told ? "" : ids.empty() ? nameless : untold;
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
    frame.values.push_back(event[i] == missing ? std::numeric_limits<float>::quiet_NaN()
                                               : static_cast<float>(event[i]));
  flip_rows(frame);
  return frame;
}

}  // namespace stormsweep::radar
