#include "datasets/files/field_layout.hpp"

#include <algorithm>
#include <utility>

#include "search/base/text.hpp"

namespace stormsweep::netcdf {

namespace {

/// Guesses the rows or columns that names do not reveal: the last two dimensions that are nothing else.
void guess_image(const std::vector<Axis>& axes, const Variable& field, std::optional<std::size_t>& row,
                 std::optional<std::size_t>& column) {
  for (std::size_t i = axes.size(); i-- > 0;) {
    if (axes[i] != Axis::other || (field.shape[i] == 1 && field.shape.size() > 2)) continue;
    if (!column)
      column = i;
    else if (!row)
      row = i;
  }
}

/// By its name alone a height is a level; beside a width it counts rows.
void read_width_and_height(const Variable& field, std::vector<Axis>& axes) {
  const auto place_of = [&](const char* name) {
    return std::ranges::find(field.dimensions, name, [](const std::string& one) { return lower(one); }) -
           field.dimensions.begin();
  };
  const auto width = place_of("width"), height = place_of("height");
  if (width == std::ssize(axes) || height == std::ssize(axes)) return;
  axes[static_cast<std::size_t>(height)] = Axis::row, axes[static_cast<std::size_t>(width)] = Axis::column;
}

/// The one dimension of this kind; of several, the only one with more than one place.
std::optional<std::size_t> only(const std::vector<Axis>& axes, Axis axis, const Variable& field) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] == axis && (!found || field.shape[i] > 1)) found = i;
  }
  return found;
}

}  // namespace

std::optional<Variable> coordinate_of(const File& file, const Variable& field, std::size_t dimension) {
  const std::vector along{field.dimensions[dimension]};
  if (const auto named = file.beside(field, along[0]))
    return named->shape == std::vector{field.shape[dimension]} ? named : std::nullopt;
  for (const Variable& variable : file.variables()) {
    if (variable.dimensions != along) continue;
    const bool on_map = file.text(variable, "standard_name").value_or("").starts_with("projection_");
    if (on_map || is_latitude(file, variable) || is_longitude(file, variable)) return variable;
  }
  return std::nullopt;
}

std::optional<FieldLayout> layout_of(const File& file, const Variable& field) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < field.shape.size(); ++i) {
    const auto coordinate = coordinate_of(file, field, i);
    axes.push_back(coordinate ? axis_of(file, *coordinate) : axis_of_name(field.dimensions[i]));
  }
  read_width_and_height(field, axes);
  auto row = only(axes, Axis::row, field), column = only(axes, Axis::column, field);
  const bool told = row && column;
  if (!told) guess_image(axes, field, row, column);
  if (!row || !column) return std::nullopt;
  FieldLayout layout{only(axes, Axis::time, field), only(axes, Axis::level, field), *row, *column, told};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (i == *row || i == *column || i == layout.time || i == layout.level || field.shape[i] == 1) continue;
    if (layout.time || axes[i] != Axis::other) return std::nullopt;
    layout.time = i;  // the remaining dimension numbers the images, whatever it is called
  }
  return layout;
}

std::vector<double> read_image(const File& file, const Variable& field, const FieldLayout& layout, std::size_t time,
                               std::size_t level) {
  std::vector<std::size_t> start(field.shape.size(), 0), count(field.shape.size(), 1);
  if (layout.time) start[*layout.time] = time;
  if (layout.level) start[*layout.level] = level;
  const std::size_t rows = count[layout.row] = field.shape[layout.row];
  const std::size_t columns = count[layout.column] = field.shape[layout.column];
  std::vector<double> values = file.read(field, start, count);
  if (values.empty()) return values;
  values = file.decoded(field, std::move(values));
  if (layout.row < layout.column) return values;
  std::vector<double> turned(values.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column)
      turned[row * columns + column] = values[column * rows + row];
  }
  return turned;
}

}  // namespace stormsweep::netcdf
