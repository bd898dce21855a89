#include "datasets/radar/radar_netcdf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <numbers>
#include <utility>

#include "datasets/files/netcdf.hpp"
#include "datasets/radar/radar_format.hpp"

namespace stormsweep::radar {

namespace {

using netcdf::File;
using netcdf::Variable;

/// What a unit says of the numbers: their meaning, and the factor to mm/h, mm or dBZ.
struct Unit {
  Meaning meaning = Meaning::rate;
  double factor = 1;
};

// 1 kg of rain on 1 m2 is 1 mm deep.
const std::map<std::string, Unit> units{
    {"mm/h", {Meaning::rate, 1}},
    {"mm/hr", {Meaning::rate, 1}},
    {"mm h-1", {Meaning::rate, 1}},
    {"mm hr-1", {Meaning::rate, 1}},
    {"mm h^-1", {Meaning::rate, 1}},
    {"mm hour-1", {Meaning::rate, 1}},
    {"kg m-2 h-1", {Meaning::rate, 1}},
    {"kg m-2 s-1", {Meaning::rate, 3600}},
    {"kg m**-2 s**-1", {Meaning::rate, 3600}},
    {"mm s-1", {Meaning::rate, 3600}},
    {"mm/s", {Meaning::rate, 3600}},
    {"m s-1", {Meaning::rate, 3.6e6}},
    {"mm", {Meaning::amount, 1}},
    {"kg m-2", {Meaning::amount, 1}},
    {"kg/m^2", {Meaning::amount, 1}},
    {"kg m^-2", {Meaning::amount, 1}},
    {"kg/m2", {Meaning::amount, 1}},
    {"m", {Meaning::amount, 1000}},
    {"dBZ", {Meaning::reflectivity, 1}},
};

/// Rain, by its standard name or its own.
bool is_rain(const File& file, const Variable& variable) {
  std::string words = variable.name + " " + file.text(variable, "standard_name").value_or("");
  std::ranges::transform(words, words.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto tells = [&](const char* word) { return words.find(word) != std::string::npos; };
  return tells("rain") || tells("precip") || tells("reflectivity") || tells("dbz");
}

/// The images of a file: [row, column] or [time, row, column].
struct Field {
  Variable variable;
  Unit unit;
  std::size_t frames() const { return variable.shape.size() == 3 ? variable.shape[0] : 1; }
};

Field find_field(const File& file, const std::filesystem::path& path) {
  std::string others;
  for (const Variable& variable : file.variables()) {
    if ((variable.shape.size() != 2 && variable.shape.size() != 3) || !is_rain(file, variable)) continue;
    const std::string unit = file.text(variable, "units").value_or("");
    if (const auto known = units.find(unit); known != units.end()) return {variable, known->second};
    others.append(fmt::format("{}{} ({})", others.empty() ? "" : ", ", variable.name, unit));
  }
  if (others.empty()) {
    refuse(path,
           "holds no radar images that stormsweep knows; give KNMI, ODIM or SEVIR VIL files, or NetCDF with a variable "
           "of rain or reflectivity (time, y, x)");
  }
  refuse(path, fmt::format("the unit of its rain is unknown: {}; known are mm/h, kg m-2 s-1, m s-1, mm, kg m-2, m and "
                           "dBZ, and their like",
                           others));
}

/// Seconds since 1970 of each number of a time variable: "minutes since 2019-02-28 00:00:00".
std::vector<std::int64_t> read_times(const File& file, const std::filesystem::path& path, const Variable& variable) {
  const std::string unit = file.text(variable, "units").value_or("");
  std::array<char, 16> word{};
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
  double second = 0;
  const int read = std::sscanf(unit.c_str(), "%15s since %d-%d-%d%*1[ T]%d:%d:%lf", word.data(), &year, &month, &day,
                               &hour, &minute, &second);
  const std::map<char, double> seconds{{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
  const auto scale = seconds.find(word[0]);
  const auto origin = read >= 4 ? utc_time(year, month, day, hour, minute, static_cast<int>(second)) : std::nullopt;
  if (!origin || scale == seconds.end() || std::string(word.data()).starts_with("mo"))
    refuse(path, fmt::format("{}: units are '{}', not like seconds since 1970-01-01 00:00:00", variable.name, unit));
  std::vector<std::int64_t> times;
  for (const double value : file.read(variable)) times.push_back(*origin + std::llround(value * scale->second));
  return times;
}

bool is_time(const File& file, const Variable& variable) {
  return file.text(variable, "standard_name").value_or("") == "time" || variable.name == "valid_time" ||
         variable.name == "time";
}

/// Valid times: of the first dimension, or of the only image.
std::vector<std::int64_t> valid_times(const File& file, const std::filesystem::path& path, const Field& field) {
  const bool sequence = field.variable.shape.size() == 3;
  std::optional<Variable> best;
  for (const Variable& variable : file.variables()) {
    const bool fits = sequence ? variable.dimensions == std::vector{field.variable.dimensions[0]}
                               : variable.size() == 1 && variable.shape.size() <= 1;
    const bool named_so = sequence && variable.name == field.variable.dimensions[0];
    if (fits && variable.name != "start_time" && (named_so || is_time(file, variable)) &&
        (!best || variable.name == "valid_time"))
      best = variable;
  }
  if (!best && sequence && field.frames() == 1) {  // a dimension of one and a time beside it
    for (const char* name : {"valid_time", "time"}) {
      const auto variable = file.variable(name);
      if (!best && variable && variable->size() == 1) best = variable;
    }
  }
  if (!best) refuse(path, fmt::format("{} has no time; give a variable time or valid_time", field.variable.name));
  std::vector<std::int64_t> times = read_times(file, path, *best);
  if (times.size() != field.frames()) refuse_unreadable(path, best->name + " cannot be read");
  return times;
}

using Seconds = std::vector<std::int64_t>;  ///< one an image

Seconds since_start(const File& file, const std::filesystem::path& path, const Variable& start, const Seconds& valid) {
  const Seconds starts = read_times(file, path, start);
  Seconds result(valid.size());
  for (std::size_t i = 0; i < valid.size() && !starts.empty(); ++i)
    result[i] = valid[i] - starts[std::min(i, starts.size() - 1)];
  return result;
}

Seconds within_bounds(const File& file, const Variable& time, std::size_t images) {
  const auto bounds = file.variable(file.text(time, "bounds").value_or(""));
  const std::vector<double> values = bounds ? file.read(*bounds) : std::vector<double>();
  Seconds result(images);
  if (values.size() != 2 * time.size() || time.size() < images) return result;
  const std::string unit = file.text(time, "units").value_or("");
  const double scale = unit.starts_with("h") ? 3600 : unit.starts_with("m") ? 60 : unit.starts_with("d") ? 86400 : 1;
  for (std::size_t i = 0; i < images; ++i) result[i] = std::llround(scale * (values[2 * i + 1] - values[2 * i]));
  return result;
}

Seconds since_the_one_before(const Seconds& valid) {
  Seconds result(valid.size());
  for (std::size_t i = 1; i < valid.size(); ++i) result[i] = valid[i] - valid[i - 1];
  if (result.size() > 1) result[0] = result[1];
  return result;
}

/// Hours in which the amount of each image fell: since start_time, within the time's bounds, or since the image before.
std::vector<double> hours_of(const File& file, const std::filesystem::path& path, const Field& field,
                             const Seconds& valid) {
  const auto start = file.variable("start_time"), time = file.variable("time");
  const Seconds seconds = start                                ? since_start(file, path, *start, valid)
                          : time && file.text(*time, "bounds") ? within_bounds(file, *time, valid.size())
                                                               : since_the_one_before(valid);
  if (std::ranges::any_of(seconds, [](std::int64_t one) { return one <= 0; })) {
    refuse(path, fmt::format("{} holds amounts, but not since when; give start_time, or bounds of time",
                             field.variable.name));
  }
  std::vector<double> hours;
  for (const std::int64_t one : seconds) hours.push_back(static_cast<double>(one) / 3600);
  return hours;
}

/// Numbers of the coordinate along dimension `name`; empty if there is none.
std::vector<double> coordinate(const File& file, const std::string& name) {
  const auto variable = file.variable(name);
  return variable && variable->shape.size() == 1 ? file.read(*variable) : std::vector<double>();
}

constexpr double metres_a_degree = 6'371'000 * std::numbers::pi / 180;

/// Metres of one of the coordinate's steps; 0: unknown.
double metres_of(const File& file, const std::string& name, const std::vector<double>& values, double latitude) {
  if (values.size() < 2) return 0;
  const double step = std::abs(values.back() - values.front()) / static_cast<double>(values.size() - 1);
  const std::string unit = file.text(*file.variable(name), "units").value_or("");
  if (unit.starts_with("degree")) {
    const bool east = unit.find("east") != std::string::npos || unit.ends_with("E");
    return step * metres_a_degree * (east ? std::cos(latitude * std::numbers::pi / 180) : 1);
  }
  return unit == "km" ? 1000 * step : unit == "m" || unit == "metre" || unit == "meter" ? step : 0;
}

std::string projection_of(const File& file, const Field& field) {
  const auto mapping = file.variable(file.text(field.variable, "grid_mapping").value_or(""));
  for (const char* name : {"proj4", "proj4_params", "proj4_string", "proj4text"}) {
    if (mapping && file.text(*mapping, name)) return *file.text(*mapping, name);
  }
  return "";
}

struct Axes {
  std::string y_name, x_name;
  std::vector<double> y, x;
  bool degrees = false;
};

Axes read_axes(const File& file, const Field& field) {
  Axes axes{*(field.variable.dimensions.end() - 2), field.variable.dimensions.back(), {}, {}, false};
  axes.y = coordinate(file, axes.y_name), axes.x = coordinate(file, axes.x_name);
  axes.degrees = !axes.y.empty() && file.text(*file.variable(axes.y_name), "units").value_or("").starts_with("degree");
  return axes;
}

RadarGrid read_grid(const File& file, const Field& field) {
  RadarGrid grid;
  grid.height = static_cast<std::int64_t>(*(field.variable.shape.end() - 2));
  grid.width = static_cast<std::int64_t>(field.variable.shape.back());
  const Axes axes = read_axes(file, field);
  const double latitude = axes.degrees ? (axes.y.front() + axes.y.back()) / 2 : 0;
  grid.pixel_height = metres_of(file, axes.y_name, axes.y, latitude);
  grid.pixel_width = metres_of(file, axes.x_name, axes.x, latitude);
  grid.projection = projection_of(file, field);
  if (!axes.degrees || axes.y.size() < 2 || axes.x.size() < 2) return grid;
  if (grid.projection.empty()) grid.projection = "+proj=longlat +datum=WGS84";
  const double dy = std::abs(axes.y[1] - axes.y[0]) / 2, dx = std::abs(axes.x[1] - axes.x[0]) / 2;
  const double south = std::min(axes.y.front(), axes.y.back()) - dy;
  const double north = std::max(axes.y.front(), axes.y.back()) + dy;
  const double west = std::min(axes.x.front(), axes.x.back()) - dx;
  const double east = std::max(axes.x.front(), axes.x.back()) + dx;
  grid.corners = {{{west, south}, {west, north}, {east, north}, {east, south}}};
  return grid;
}

File open(const std::filesystem::path& path) {
  std::string problem;
  if (!std::filesystem::exists(path)) refuse(path, "no such file; check its name");
  if (auto file = File::open(path, problem)) return std::move(*file);
  refuse_unreadable(path, fmt::format("cannot be read as HDF5 or NetCDF ({})", problem));
}

void flip_columns(RadarFrame& frame) {
  for (auto row = frame.values.begin(); row != frame.values.end(); row += frame.grid.width)
    std::reverse(row, row + frame.grid.width);
}

}  // namespace

std::vector<RadarImage> list_netcdf(const std::filesystem::path& path) {
  const File file = open(path);
  const Field field = find_field(file, path);
  const Seconds times = valid_times(file, path, field);
  RadarImage image{.path = path, .grid = read_grid(file, field), .variable = field.variable.name};
  std::vector<double> hours(times.size(), image.hours);
  if (field.unit.meaning == Meaning::amount) hours = hours_of(file, path, field, times);
  std::vector<RadarImage> images;
  for (std::size_t i = 0; i < times.size(); ++i) {
    image.index = static_cast<std::int64_t>(i), image.time = times[i], image.hours = hours[i];
    images.push_back(image);
  }
  return images;
}

RadarFrame read_netcdf(const RadarImage& image) {
  const File file = open(image.path);
  const auto variable = file.variable(image.variable);
  const auto unit = variable ? units.find(file.text(*variable, "units").value_or("")) : units.end();
  if (unit == units.end()) refuse_unreadable(image.path, image.variable + " is no longer there");
  const Field field{*variable, unit->second};
  const bool sequence = variable->shape.size() == 3;
  std::vector<double> values =
      sequence ? file.read_at(*variable, static_cast<std::size_t>(image.index)) : file.read(*variable);
  if (values.empty()) refuse_unreadable(image.path, variable->name + " cannot be read");
  values = file.decoded(*variable, std::move(values));
  RadarFrame frame{image.time, image.quantity, image.grid, {}};
  for (const double value : values)
    frame.values.push_back(std::isnan(value) ? std::numeric_limits<float>::quiet_NaN()
                                             : rate_of(field.unit.meaning, value * field.unit.factor, image.hours));
  const Axes axes = read_axes(file, field);
  if (axes.y.size() > 1 && axes.y.front() < axes.y.back()) flip_rows(frame);
  if (axes.x.size() > 1 && axes.x.front() > axes.x.back()) flip_columns(frame);
  return frame;
}

}  // namespace stormsweep::radar
