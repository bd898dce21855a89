#include "datasets/climate/climate_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "datasets/climate/climate_times.hpp"
#include "datasets/files/cf_axes.hpp"
#include "datasets/files/field_layout.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

namespace {

using netcdf::Axis;
using netcdf::File;
using netcdf::Variable;

const std::set<std::string> member_names{"member", "member_id", "ensemble", "ens", "realization", "number"};
constexpr const char* remedy = "give a NetCDF file that is whole";
constexpr const char* fetch = "the file may be cut short: fetch it again";
constexpr const char* remap = "remap it first, as with 'cdo remapcon,r72x36 in.nc out.nc'";

Variable variable_of(const File& file, const std::filesystem::path& path, const std::string& name) {
  if (auto found = file.variable(name)) return std::move(*found);
  std::vector<std::string> names;
  for (const Variable& one : file.variables()) names.push_back(one.name);
  throw InputError(fmt::format("{}: has no variable {}; name one by \"variable\": it has {}", path.string(), name,
                               fmt::join(names, ", ")));
}

/// The places of the numbers, sorted from the least to the greatest number.
std::vector<std::size_t> ascending_order(const std::vector<double>& numbers) {
  std::vector<std::size_t> order(numbers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return numbers[i]; });
  return order;
}

std::vector<double> in_order(const std::vector<double>& numbers, const std::vector<std::size_t>& order) {
  std::vector<double> sorted;
  for (const std::size_t i : order) sorted.push_back(numbers[i]);
  return sorted;
}

/// Whether ascending degrees begin and end within one of their steps of `begin` and `end`.
bool reaches(const std::vector<double>& degrees, double begin, double end) {
  if (degrees.size() < 2) return false;
  double widest = 0;
  for (std::size_t i = 1; i < degrees.size(); ++i) widest = std::max(widest, degrees[i] - degrees[i - 1]);
  return degrees.front() - begin < 1.1 * widest && end - degrees.back() < 1.1 * widest;
}

}  // namespace

void ClimateSource::refuse(const std::string& problem) const {
  throw InputError(fmt::format("{}: {} {}", path_.string(), variable_.name, problem));
}

ClimateSource::ClimateSource(const std::filesystem::path& path, const std::string& variable, const std::string& member)
    : path_(path),
      file_(std::in_place, path, remedy),
      variable_(variable_of(*file_, path, variable)),
      unit_(file_->text(variable_, "units").value_or("")) {
  find_dimensions();
  read_times();
  if (row_) read_grid();
  if (member_) choose_member(member);
}

void ClimateSource::find_dimensions() {
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < variable_.dimensions.size(); ++i) {
    const auto coordinate = netcdf::coordinate_of(*file_, variable_, i);
    const Axis axis = coordinate ? axis_of(*file_, *coordinate) : netcdf::axis_of_name(variable_.dimensions[i]);
    auto* const place = member_names.contains(variable_.dimensions[i]) ? &member_
                        : axis == Axis::time                           ? &time_
                        : axis == Axis::row                            ? &row_
                        : axis == Axis::column                         ? &column_
                                                                       : nullptr;
    if (place && !*place)
      *place = i;
    else if (shape(i) > 1)
      others.push_back(i);
  }
  if (!time_) refuse("has no time; give a file with a time coordinate");
  const bool map = row_ && column_;
  if (row_.has_value() != column_.has_value() || (!map && !others.empty()))
    refuse(fmt::format("lies on ({}), which are no latitudes and longitudes: an unstructured grid; {}",
                       fmt::join(variable_.dimensions, ", "), remap));
  if (!others.empty()) {
    const std::string& name = variable_.dimensions[others[0]];
    refuse(fmt::format("has {} places along {}; save one file for each", shape(others[0]), name));
  }
}

std::vector<double> ClimateSource::read_all(const Variable& variable) const {
  std::vector<double> numbers = file_->read(variable);
  if (numbers.empty() && variable.size() > 0) refuse_file(path_, variable.name + " cannot be read", fetch);
  return numbers;
}

void ClimateSource::read_times() {
  const auto time = file_->variable(variable_.dimensions[*time_]);
  if (!time) refuse("has no coordinate of its time; give a file with one");
  std::vector<double> numbers = read_all(*time);
  const std::string name = file_->text(*time, "bounds").value_or("");
  const auto bounds = file_->variable(name);
  const std::vector<double> pairs = bounds ? read_all(*bounds) : std::vector<double>();
  const bool bounded = !pairs.empty() && pairs.size() == 2 * numbers.size();
  // A mean covers the time between its bounds, wherever within them its stamp is.
  for (std::size_t i = 0; bounded && i < numbers.size(); ++i) numbers[i] = (pairs[2 * i] + pairs[2 * i + 1]) / 2;
  const auto told = [&](const char* attribute) {  // bounds mostly leave it to their coordinate
    const auto own = bounded ? file_->text(*bounds, attribute) : std::nullopt;
    return own ? *own : file_->text(*time, attribute).value_or("");
  };
  const auto months = [&] {
    return months_of(numbers, told("units"), told("calendar"), path_.string() + ": " + time->name);
  };
  months_ = months();
  if (bounds || name.empty() || months_.empty()) return;
  for (double& number : numbers) number -= 1;  // a day, an hour or a second before
  if (std::ranges::equal(months(), months_, {}, [](ClimateMonth before) { return before + 1; }))
    refuse(
        fmt::format("is stamped on the first of months, and the bounds of its time are missing, which tell whether "
                    "those before are meant; keep {}",
                    name));
}

std::vector<double> ClimateSource::degrees(std::size_t dimension, double most) const {
  const auto coordinate = netcdf::coordinate_of(*file_, variable_, dimension);
  if (!coordinate) {
    refuse(
        fmt::format("has no coordinates along {}; give a file with latitudes and longitudes, or, where they are "
                    "two-dimensional, {}",
                    variable_.dimensions[dimension], remap));
  }
  std::vector<double> values = file_->read(*coordinate);
  if (values.empty() || !std::ranges::all_of(values, [&](double value) { return std::abs(value) <= most; }))
    refuse(fmt::format("has no degrees along {}, where they are to be; {}", variable_.dimensions[dimension], remap));
  return values;
}

void ClimateSource::check_distinct(const std::vector<double>& degrees, std::size_t dimension) const {
  const auto twice = std::ranges::adjacent_find(degrees, [](double a, double b) { return b - a < same_degree; });
  if (twice == degrees.end()) return;
  const std::string& name = variable_.dimensions[dimension];
  refuse(fmt::format("has {:g} degrees twice along {}; give a grid with each {} once", *twice, name, name));
}

void ClimateSource::read_grid() {
  const std::vector<double> latitudes = degrees(*row_, 90.001);
  std::vector<double> longitudes = degrees(*column_, 720);
  cyclic_ = longitudes.size() > 2 && std::abs(std::abs(longitudes.back() - longitudes.front()) - 360) < same_degree;
  if (cyclic_) longitudes.pop_back();
  for (double& longitude : longitudes) longitude -= 360 * std::floor(longitude / 360);
  row_order_ = ascending_order(latitudes), column_order_ = ascending_order(longitudes);
  grid_ = {in_order(latitudes, row_order_), in_order(longitudes, column_order_)};
  check_distinct(grid_.latitudes, *row_), check_distinct(grid_.longitudes, *column_);
  if (!reaches(grid_.latitudes, -90, 90) || !reaches(grid_.longitudes, 0, 360))
    refuse(fmt::format("covers {:g} to {:g} N and {:g} to {:g} E alone; give maps of the whole Earth",
                       grid_.latitudes.front(), grid_.latitudes.back(), grid_.longitudes.front(),
                       grid_.longitudes.back()));
}

void ClimateSource::choose_member(const std::string& member) {
  if (member.empty()) return;
  const auto coordinate = file_->beside(variable_, variable_.dimensions[*member_]);
  std::vector<std::string> names = coordinate ? file_->texts(*coordinate) : std::vector<std::string>();
  if (names.size() != shape(*member_)) {
    const auto along = netcdf::coordinate_of(*file_, variable_, *member_);
    const std::vector<double> numbers = along ? file_->read(*along) : std::vector<double>();
    names.clear();
    for (std::size_t i = 0; i < shape(*member_); ++i)
      names.push_back(numbers.empty() ? std::to_string(i) : fmt::format("{:g}", numbers[i]));
  }
  const auto found = std::ranges::find(names, member);
  if (found == names.end()) refuse(fmt::format("has no member {}; its members are {}", member, fmt::join(names, ", ")));
  member_place_ = static_cast<std::size_t>(found - names.begin());
}

std::vector<float> ClimateSource::read(std::size_t moment) {
  if (!file_) {
    file_.emplace(path_, remedy);
    variable_ = variable_of(*file_, path_, variable_.name);  // its ids are valid only while the file is open
  }
  std::vector<std::size_t> start(variable_.shape.size(), 0), count(variable_.shape.size(), 1);
  start[*time_] = moment;
  if (member_) start[*member_] = member_place_;
  if (row_) count[*row_] = shape(*row_), count[*column_] = shape(*column_);
  std::vector<double> values = file_->read(variable_, start, count);
  if (values.empty()) refuse_file(path_, variable_.name + " cannot be read", fetch);
  values = file_->decoded(variable_, std::move(values));
  if (global()) return {static_cast<float>(values[0])};
  const std::size_t rows = shape(*row_), columns = shape(*column_);
  const bool rows_first = *row_ < *column_;
  std::vector<float> map;
  for (const std::size_t row : row_order_) {
    for (const std::size_t column : column_order_)
      map.push_back(static_cast<float>(values[rows_first ? row * columns + column : column * rows + row]));
  }
  return map;
}

}  // namespace stormsweep
