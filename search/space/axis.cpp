#include "search/space/axis.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr double most_values = 1e7;

/// A range on its scale: values are from(to(min) + i * spacing), i < count.
struct Range {
  double start, spacing, count;
  std::function<double(double)> from;
};

double as_real(const Value& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer ? static_cast<double>(*integer) : std::get<double>(value);
}

Range read_range(const Field& field, const Hyperparameter& hyperparameter, double min, double max) {
  const std::string scale = field.has("scale") ? field["scale"].text() : "linear";
  if (scale != "linear" && scale != "log" && scale != "log2") field["scale"].refuse("give linear, log or log2");
  if (scale != "linear" && min <= 0) field["min"].refuse("a logarithmic scale starts above 0");
  const auto to = [&](double x) { return scale == "linear" ? x : scale == "log" ? std::log10(x) : std::log2(x); };

  Range range{to(min), 0, 1, [scale](double x) {
                return scale == "linear" ? x : scale == "log" ? std::pow(10.0, x) : std::exp2(x);
              }};
  const double width = to(max) - to(min);
  if (field.has("count") == field.has("step")) field.refuse("give either count or step");
  if (field.has("count")) {
    range.count = static_cast<double>(field["count"].integer(1));
    if (range.count == 1 && min < max) field["count"].refuse("min and max differ: give a count of at least 2");
    if (range.count > 1) range.spacing = width / (range.count - 1);
  } else {
    range.spacing = field["step"].positive();
    if (scale == "linear" && hyperparameter.type == Type::integer && range.spacing != std::floor(range.spacing))
      field["step"].refuse(hyperparameter.name + " is an integer: give an integer step");
    range.count = std::floor(width / range.spacing * (1 + 1e-12) + 1e-9) + 1;  // max is met in spite of rounding
  }
  if (range.count > most_values)
    throw InputError(field.place() + " has " + to_string(Value(range.count)) +
                     " values; an axis holds at most 10000000: give a larger step or a smaller count");
  return range;
}

std::vector<Value> expand(const Field& field, const Hyperparameter& hyperparameter) {
  field.expect_keys({"min", "max", "count", "step", "scale"}, {"min", "max"});
  if (hyperparameter.type != Type::integer && hyperparameter.type != Type::real)
    field.refuse(hyperparameter.name + " has no range: give a list of some of " + hyperparameter.range());
  const Value first = hyperparameter.read(field["min"].json(), field["min"].place());
  const Value last = hyperparameter.read(field["max"].json(), field["max"].place());
  const double min = as_real(first), max = as_real(last);
  if (min > max) field["min"].refuse("it must not exceed max, which is " + to_string(last));

  const Range range = read_range(field, hyperparameter, min, max);
  const auto count = static_cast<std::size_t>(range.count);
  std::vector<Value> values{first};
  values.reserve(count);
  for (std::size_t i = 1; i < count; ++i) {
    const double value = std::min(max, range.from(range.start + static_cast<double>(i) * range.spacing));
    if (hyperparameter.type == Type::integer)
      values.emplace_back(static_cast<std::int64_t>(std::llround(value)));
    else
      values.emplace_back(std::min(max, rounded(value)));
  }
  if (field.has("count")) values.back() = last;
  return values;
}

std::vector<Value> read_list(const Field& field, const Hyperparameter& hyperparameter) {
  std::vector<Value> values;
  for (const Field& element : field.elements()) values.push_back(hyperparameter.read(element.json(), element.place()));
  if (values.empty()) field.refuse("give at least one value, or leave " + hyperparameter.name + " out");
  return values;
}

/// Throws InputError if two values are equal.
void refuse_duplicates(const Field& field, const std::vector<Value>& values) {
  if (std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end()) return;
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  const auto twin = std::adjacent_find(order.begin(), order.end(),
                                       [&](std::size_t a, std::size_t b) { return values[a] == values[b]; });
  if (twin == order.end()) return;
  const bool real = std::holds_alternative<double>(values[*twin]);
  throw InputError(field.place() + " has " + to_string(values[*twin]) + " twice" + (real ? " (to 12 digits)" : "") +
                   (field.has("min") ? " after rounding; give a smaller count or a larger step" : "; keep one"));
}

}  // namespace

std::vector<Value> read_values(const Field& field, const Hyperparameter& hyperparameter) {
  if (!field.json().is_object() && !field.json().is_array()) return {hyperparameter.read(field.json(), field.place())};
  std::vector<Value> values;
  if (field.json().is_array()) {
    values = read_list(field, hyperparameter);
  } else {
    field.expect_keys({"values", "value", "min", "max", "count", "step", "scale"});
    if (field.json().size() > 1 && (field.has("value") || field.has("values")))
      field.refuse("give values, or value, or a range from min to max: one of them");
    if (field.has("value")) return {hyperparameter.read(field["value"].json(), field["value"].place())};
    values = field.has("values") ? read_list(field["values"], hyperparameter) : expand(field, hyperparameter);
  }
  refuse_duplicates(field, values);
  return values;
}

}  // namespace stormsweep
