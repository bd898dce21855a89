#include "datasets/radar/radar_netcdf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "datasets/radar/netcdf_place.hpp"
#include "datasets/radar/netcdf_rain.hpp"
#include "datasets/radar/netcdf_times.hpp"

namespace stormsweep::radar {

namespace {

using netcdf::File;

File open(const std::filesystem::path& path) {
  std::string problem;
  if (!std::filesystem::exists(path)) refuse(path, "no such file; check its name");
  if (auto file = File::open(path, problem)) return std::move(*file);
  refuse_unreadable(path, fmt::format("cannot be read as HDF5 or NetCDF ({})", problem));
}

/// Whether a chunk holds several images, or a part of each.
bool shares_chunks(const File& file, const NetcdfRain& rain) {
  const std::vector<std::size_t> lengths = file.chunk(rain.variable);
  return !lengths.empty() && rain.layout.time && lengths[*rain.layout.time] > 1;
}

/// The file read last, kept open where unpacking one image costs as much as unpacking all that share its chunks.
class LastFile {
 public:
  const File& open(const std::filesystem::path& path) {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(path, error);
    if (file_ && path_ == path && written_ == written) return *file_;
    close();
    path_ = path, written_ = written;
    return file_.emplace(radar::open(path));
  }
  void close() { file_.reset(); }

 private:
  std::filesystem::path path_;
  std::filesystem::file_time_type written_;
  std::optional<File> file_;
};

/// `values` [rows, columns] as [columns, rows].
std::vector<float> turned(const std::vector<float>& values, std::int64_t rows, std::int64_t columns) {
  std::vector<float> result;
  for (std::int64_t column = 0; column < columns; ++column) {
    for (std::int64_t row = 0; row < rows; ++row)
      result.push_back(values[static_cast<std::size_t>(row * columns + column)]);
  }
  return result;
}

void flip_columns(RadarFrame& frame) {
  for (auto row = frame.values.begin(); row != frame.values.end(); row += frame.grid.width)
    std::reverse(row, row + frame.grid.width);
}

/// How numbers became values, where they were packed: "gain 0.05, offset 0".
std::string scaling_of(const File& file, const netcdf::Variable& variable) {
  const auto scale = file.number(variable, "scale_factor"), offset = file.number(variable, "add_offset");
  if (!scale && !offset) return "";
  return fmt::format("gain {:g}, offset {:g}", scale.value_or(1), offset.value_or(0));
}

}  // namespace

std::vector<RadarImage> list_netcdf(const std::filesystem::path& path, const std::string& variable) {
  const File file = open(path);
  const auto [rain, note] = choose_rain(file, path, variable);
  const NetcdfTimes times = times_of(file, path, rain);
  const NetcdfPlace place = place_of(file, path, rain.variable, rain.layout);
  RadarImage image{.path = path, .grid = place.grid, .variable = rain.variable.name, .stored = place.stored};
  image.amount = rain.meaning == Meaning::amount;
  image.note = note.empty() || place.note.empty() ? note + place.note : note + "; " + place.note;
  std::vector<RadarImage> images;
  for (std::size_t i = 0; i < times.valid.size(); ++i) {
    image.index = static_cast<std::int64_t>(i), image.time = times.valid[i], image.hours = times.hours[i];
    images.push_back(image);
  }
  return images;
}

RadarFrame read_netcdf(const RadarImage& image) {
  thread_local LastFile last;
  const File& file = last.open(image.path);
  const auto variable = file.variable(image.variable);
  const auto rain = variable ? as_rain(file, *variable) : std::nullopt;
  if (!rain) refuse_unreadable(image.path, image.variable + " is no longer there");
  const std::vector<double> values =
      read_image(file, rain->variable, rain->layout, static_cast<std::size_t>(image.index));
  if (values.empty()) refuse_unreadable(image.path, image.variable + " cannot be read");
  RadarFrame frame{image.time, image.quantity, image.grid, {}, scaling_of(file, rain->variable)};
  for (const double value : values) frame.values.push_back(rate_of(rain->meaning, value * rain->factor, image.hours));
  if (!shares_chunks(file, *rain)) last.close();
  if (image.stored.transposed) frame.values = turned(frame.values, image.grid.width, image.grid.height);
  if (image.stored.to_north) flip_rows(frame);
  if (image.stored.to_west) flip_columns(frame);
  return frame;
}

}  // namespace stormsweep::radar
