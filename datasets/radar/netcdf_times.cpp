#include "datasets/radar/netcdf_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <regex>
#include <utility>

#include "datasets/files/cf_time.hpp"
#include "datasets/files/units.hpp"

namespace stormsweep::radar {

namespace {

using netcdf::File;
using netcdf::Variable;
using Seconds = std::vector<std::int64_t>;  ///< since 1970, or durations; one per image

/// When each image begins and ends: at the same time where it shows a moment.
struct Spans {
  Seconds begin, end;
};

/// `numbers` in the unit and calendar of `time`.
Seconds read_times(const File& file, const std::filesystem::path& path, const Variable& time,
                   const std::vector<double>& numbers) {
  if (numbers.empty()) refuse_unreadable(path, time.name + " cannot be read");
  return netcdf::unix_times(numbers, file.text(time, "units").value_or(""), file.text(time, "calendar").value_or(""),
                            path.string() + ": " + time.name);
}

Seconds read_times(const File& file, const std::filesystem::path& path, const Variable& time) {
  return read_times(file, path, time, file.decoded(time, file.read(time)));
}

/// Whether `time` has one number for each image: along the field's time, or for its only image.
bool fits(const Variable& time, const NetcdfRain& rain) {
  if (rain.layout.time && rain.frames() > 1)
    return time.dimensions == std::vector{rain.variable.dimensions[*rain.layout.time]};
  return time.size() == 1;
}

/// Orders candidates: valid_time, the coordinate of the field's time dimension, time, any other time coordinate.
int rank(const File& file, const Variable& time, const NetcdfRain& rain) {
  const std::string name = time.own_name();
  if (name == "valid_time") return 0;
  if (rain.layout.time && name == rain.variable.dimensions[*rain.layout.time]) return 1;
  if (name == "time") return 2;
  return file.text(time, "standard_name").value_or("") == "time" ? 3 : 4;
}

std::optional<Variable> find_time(const File& file, const NetcdfRain& rain) {
  std::optional<Variable> best;
  for (const Variable& variable : file.variables()) {
    const std::string name = variable.own_name();
    const bool other = name == "start_time" || name.find("reference") != std::string::npos ||
                       name.find("bnds") != std::string::npos || name.find("bounds") != std::string::npos ||
                       file.text(variable, "standard_name").value_or("") == "forecast_reference_time";
    const bool named = name == "time" || name == "valid_time" ||
                       (rain.layout.time && name == rain.variable.dimensions[*rain.layout.time]);
    if (other || !fits(variable, rain) || (!named && axis_of(file, variable) != netcdf::Axis::time)) continue;
    if (!best || rank(file, variable, rain) < rank(file, *best, rain)) best = variable;
  }
  return best;
}

/// The first moment among the file's own attributes: each name is a date's, or those of a date and of a time of day.
std::optional<std::int64_t> told_by(const File& file,
                                    std::initializer_list<std::pair<const char*, const char*>> names) {
  for (const auto& [date, clock] : names) {
    const auto day = file.text(file.globals(), date);
    const auto time = *clock ? file.text(file.globals(), clock) : std::nullopt;
    if (!day || (*clock && !time)) continue;
    if (const auto moment = netcdf::unix_time(time ? *day + "T" + *time : *day)) return moment;
  }
  return std::nullopt;
}

std::optional<Spans> spans_of_file(const File& file, Meaning meaning) {
  const auto nominal = told_by(file, {{"nominal_product_time", ""}});
  auto begin = told_by(file, {{"time_coverage_start", ""}, {"start_time", ""}, {"BeginDate", "BeginTime"}});
  auto end = told_by(file, {{"time_coverage_end", ""}, {"end_time", ""}, {"EndDate", "EndTime"}});
  if (meaning != Meaning::amount) begin = end = nominal ? nominal : begin ? begin : end;
  if (!end) end = nominal;
  if (!end) return std::nullopt;
  return Spans{{begin.value_or(*end)}, {*end}};
}

/// Bounds are [images, 2], or [2, images], as IMERG's and other tools write them.
std::optional<Spans> bounds_of(const File& file, const std::filesystem::path& path, const Variable& time,
                               std::size_t images) {
  const auto name = file.text(time, "bounds");
  const auto bounds = name ? file.beside(time, *name) : std::nullopt;
  if (!bounds || bounds->size() != 2 * images) return std::nullopt;
  const bool pairs = bounds->shape.back() == 2;
  const Variable& told = file.text(*bounds, "units") ? *bounds : time;  // bounds mostly leave it to their coordinate
  const Seconds all = read_times(file, path, told, file.decoded(*bounds, file.read(*bounds)));
  Spans spans;
  for (std::size_t i = 0; i < images; ++i) {
    const auto [first, last] = std::minmax(all[pairs ? 2 * i : i], all[pairs ? 2 * i + 1 : images + i]);
    spans.begin.push_back(first), spans.end.push_back(last);
  }
  return spans;
}

/// The seconds in CF's cell_methods: "time: sum (interval: 1 hr)"; 0: none.
std::int64_t length_told(const File& file, const Variable& variable) {
  static const std::regex interval(R"(sum\s*\(\s*interval:([^()]+)\))");
  const std::string methods = file.text(variable, "cell_methods").value_or("");
  std::smatch found;
  if (!std::regex_search(methods, found, interval)) return 0;
  const auto seconds = unit_conversion(found[1], "s");
  return seconds ? std::llround(seconds->scale) : 0;
}

/// The lengths of amounts by start_time, the spans, or cell_methods; empty where none of them gives any.
Seconds lengths_told(const File& file, const std::filesystem::path& path, const NetcdfRain& rain, const Spans& spans) {
  Seconds lengths(spans.end.size());
  if (const auto start = file.beside(rain.variable, "start_time"); start && start->size() > 0) {
    const Seconds starts = read_times(file, path, *start);
    for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = spans.end[i] - starts[std::min(i, starts.size() - 1)];
    return lengths;
  }
  for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = spans.end[i] - spans.begin[i];
  if (std::ranges::any_of(lengths, [](std::int64_t length) { return length > 0; })) return lengths;
  const std::int64_t told = length_told(file, rain.variable);
  bool possible = told > 0;  // some files give the interval of the summands
  for (std::size_t i = 1; i < lengths.size(); ++i) possible = possible && spans.end[i] - spans.end[i - 1] >= told;
  return possible ? Seconds(lengths.size(), told) : Seconds();
}

Spans spans_of(const File& file, const std::filesystem::path& path, const NetcdfRain& rain) {
  const auto time = find_time(file, rain);
  if (!time) {
    const auto spans = rain.frames() == 1 ? spans_of_file(file, rain.meaning) : std::nullopt;
    if (spans) return *spans;
    refuse(path, fmt::format("{} has no time; give a variable time or valid_time", rain.variable.name));
  }
  Spans spans{read_times(file, path, *time), {}};
  spans.end = spans.begin;
  if (spans.end.size() != rain.frames()) refuse_unreadable(path, time->name + " cannot be read");
  if (rain.meaning != Meaning::amount) return spans;
  return bounds_of(file, path, *time, rain.frames()).value_or(spans);
}

}  // namespace

NetcdfTimes times_of(const File& file, const std::filesystem::path& path, const NetcdfRain& rain) {
  const Spans spans = spans_of(file, path, rain);
  if (rain.meaning != Meaning::amount) return {spans.end, std::vector<double>(spans.end.size(), 1)};
  const Seconds lengths = lengths_told(file, path, rain, spans);
  if (std::ranges::any_of(lengths, [](std::int64_t length) { return length <= 0; }))
    refuse(path, fmt::format("an amount of {} does not end after it begins; mend start_time or the bounds of time",
                             rain.variable.name));
  std::vector<double> hours(spans.end.size(), 0);
  std::ranges::transform(lengths, hours.begin(),
                         [](std::int64_t length) { return static_cast<double>(length) / 3600; });
  return {spans.end, hours};
}

}  // namespace stormsweep::radar
