#include "search/space/axis.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr double most_values = 1e7;
constexpr int interval_digits = 6;
constexpr double great_offset = 1000;  // in widths of a linear interval
constexpr double most_digits = 12;     // that any real has

/// A range on its scale: values are from(to(min) + i * spacing), i < count.
struct Range {
  double start, spacing, count;
  std::function<double(double)> from;
};

/// "linear", "log" or "log2".
std::string read_scale(const Field& field, double min) {
  std::string scale = field.has("scale") ? field["scale"].text() : "linear";
  if (scale != "linear" && scale != "log" && scale != "log2") field["scale"].refuse("give linear, log or log2");
  if (scale != "linear" && min <= 0) field["min"].refuse("a logarithmic scale starts above 0");
  return scale;
}

Range read_range(const Field& field, const Hyperparameter& hyperparameter, double min, double max) {
  const std::string scale = read_scale(field, min);
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
    range.count = std::floor(width / range.spacing * (1 + 1e-12) + 1e-9) + 1;  // reaches max in spite of rounding
  }
  if (range.count > most_values)
    throw InputError(field.place() + " has " + to_string(Value(range.count)) +
                     " values; an axis holds at most 10000000: give a larger step or a smaller count");
  return range;
}

/// "min" and "max".
std::pair<Value, Value> read_ends(const Field& field, const Hyperparameter& hyperparameter) {
  field.expect_keys({"min", "max", "count", "step", "scale", "guess", "when"}, {"min", "max"});
  if (hyperparameter.type != Type::integer && hyperparameter.type != Type::real)
    field.refuse(hyperparameter.name + " has no range: give a list of some of " + hyperparameter.range());
  const Value first = hyperparameter.read(field["min"].json(), field["min"].place());
  const Value last = hyperparameter.read(field["max"].json(), field["max"].place());
  if (as_real(first) > as_real(last)) field["min"].refuse("it must not exceed max, which is " + to_string(last));
  if (!std::isfinite(as_real(last) - as_real(first))) field.refuse("its ends are too far apart; give a narrower range");
  return {first, last};
}

std::vector<Value> expand(const Field& field, const Hyperparameter& hyperparameter) {
  const auto [first, last] = read_ends(field, hyperparameter);
  const double min = as_real(first), max = as_real(last);
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

/// Where an interval's scale begins and ends: for integers half of one beyond, so that the outermost get a full share.
std::pair<double, double> scale_ends(const Interval& interval) {
  const double margin = interval.integer ? 0.5 : 0;
  const double low = interval.min - margin, high = interval.max + margin;
  return interval.logarithmic ? std::pair(std::log(low), std::log(high)) : std::pair(low, high);
}

/// Of all reals that an interval holds. Beside a great offset six are few: then they count from the width.
int digits_of(const Interval& interval) {
  const double offset = std::max(std::abs(interval.min), std::abs(interval.max)) / (interval.max - interval.min);
  const bool narrow = !interval.logarithmic && offset > great_offset;
  return narrow ? static_cast<int>(std::min(interval_digits + std::ceil(std::log10(offset)), most_digits))
                : interval_digits;
}

}  // namespace

std::vector<std::size_t> Axis::hyperparameters() const {
  std::vector<std::size_t> all{hyperparameter};
  for (const Zipped& other : zipped) all.push_back(other.hyperparameter);
  return all;
}

const std::vector<Value>* Axis::values_of(std::size_t of) const {
  if (of == hyperparameter) return &values;
  const auto found =
      std::find_if(zipped.begin(), zipped.end(), [&](const Zipped& other) { return other.hyperparameter == of; });
  return found == zipped.end() ? nullptr : &found->values;
}

std::optional<std::uint32_t> Axis::digit(std::span<const Value> configuration) const {
  const auto all = hyperparameters();
  for (std::uint32_t digit = 0; digit < values.size(); ++digit) {
    const auto has = [&](std::size_t of) { return (*values_of(of))[digit] == configuration[of]; };
    if (std::all_of(all.begin(), all.end(), has)) return digit;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> Axis::guessed_digit() const {
  for (std::uint32_t digit = 0; digit < values.size(); ++digit) {
    const auto fits = [&](const Zipped& other) { return !other.guess || *other.guess == other.values[digit]; };
    if ((!guess || *guess == values[digit]) && std::ranges::all_of(zipped, fits)) return digit;
  }
  return std::nullopt;
}

std::vector<std::uint32_t> Axis::digits_of(std::size_t of, const std::vector<Value>& some) const {
  std::vector<std::uint32_t> digits;
  const std::vector<Value>& all = *values_of(of);
  for (std::uint32_t digit = 0; digit < all.size(); ++digit)
    if (std::ranges::binary_search(some, all[digit])) digits.push_back(digit);
  return digits;
}

std::optional<std::size_t> find_axis(std::span<const Axis> axes, std::size_t hyperparameter) {
  const auto found = std::find_if(axes.begin(), axes.end(),
                                  [&](const Axis& axis) { return axis.values_of(hyperparameter) != nullptr; });
  return found == axes.end() ? std::nullopt : std::optional<std::size_t>(found - axes.begin());
}

Value Interval::at(double place) const {
  const auto [low, high] = scale_ends(*this);
  const double on_scale = low + place * (high - low);
  const double value = logarithmic ? std::exp(on_scale) : on_scale;
  if (integer) return static_cast<std::int64_t>(std::clamp(std::round(value), min, max));
  return std::clamp(rounded(value, digits_of(*this)), min, max);
}

double Interval::place(const Value& value) const {
  const auto [low, high] = scale_ends(*this);
  const double x = as_real(value);
  return high > low ? ((logarithmic ? std::log(x) : x) - low) / (high - low) : 0.5;
}

bool Interval::has(const Value& value) const {
  if (std::holds_alternative<std::int64_t>(value) != integer) return false;
  if (!integer && !std::holds_alternative<double>(value)) return false;
  return as_real(value) >= min && as_real(value) <= max;
}

std::optional<Interval> read_interval(const Field& field, const Hyperparameter& hyperparameter) {
  if (!field.has("min") || !field.has("max") || field.has("count") || field.has("step")) return std::nullopt;
  const auto [first, last] = read_ends(field, hyperparameter);
  const std::string scale = read_scale(field, as_real(first));
  return Interval{as_real(first), as_real(last), scale != "linear", hyperparameter.type == Type::integer};
}

std::optional<Value> read_guess(const Field& field, const Hyperparameter& hyperparameter, const Axis& axis) {
  if (!field.has("guess")) return std::nullopt;
  const Field guess = field["guess"];
  Value value = hyperparameter.read(guess.json(), guess.place());
  const bool known = axis.interval ? axis.interval->has(value)
                                   : std::find(axis.values.begin(), axis.values.end(), value) != axis.values.end();
  if (!known) guess.refuse("give one of the axis's own values");
  return value;
}

std::vector<Condition> read_when(const Field& field, const Experiment& experiment) {
  if (!field.has("when")) return {};
  std::vector<std::string> known;
  for (const Hyperparameter& hyperparameter : experiment.hyperparameters) known.push_back(hyperparameter.name);
  std::vector<Condition> when;
  for (const auto& [name, accepted] : field["when"].members()) {
    const auto index = experiment.find(name);
    if (!index)
      throw InputError(accepted.place() + " is not a hyperparameter of " + experiment.name + "; " +
                       suggestion(name, known));
    const Hyperparameter& hyperparameter = experiment.hyperparameters[*index];
    Condition& condition = when.emplace_back(*index);
    condition.values = accepted.json().is_array() ? read_list(accepted, hyperparameter)
                                                  : std::vector{hyperparameter.read(accepted.json(), accepted.place())};
    std::sort(condition.values.begin(), condition.values.end());
  }
  if (when.empty()) field["when"].refuse(R"(name what it depends on, as {"optimizer": "sgd"}, or remove it)");
  return when;
}

std::vector<Value> read_values(const Field& field, const Hyperparameter& hyperparameter) {
  if (!field.json().is_object() && !field.json().is_array()) return {hyperparameter.read(field.json(), field.place())};
  std::vector<Value> values;
  if (field.json().is_array()) {
    values = read_list(field, hyperparameter);
  } else {
    field.expect_keys({"values", "value", "min", "max", "count", "step", "scale", "guess", "when"});
    const std::size_t others = field.json().size() - (field.has("guess") ? 1 : 0) - (field.has("when") ? 1 : 0);
    if (others > 1 && (field.has("value") || field.has("values")))
      field.refuse("give values, or value, or a range from min to max: one of them");
    if (field.has("value")) return {hyperparameter.read(field["value"].json(), field["value"].place())};
    values = field.has("values") ? read_list(field["values"], hyperparameter) : expand(field, hyperparameter);
  }
  return values;
}

void refuse_twins(const Field& field, const Axis& axis) {
  const std::vector<Value>& values = axis.values;
  if (std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end()) return;
  const auto before = [&](std::size_t a, std::size_t b) {
    if (values[a] != values[b]) return values[a] < values[b];
    const auto differs = [&](const Zipped& other) { return other.values[a] != other.values[b]; };
    const auto other = std::ranges::find_if(axis.zipped, differs);
    return other != axis.zipped.end() && other->values[a] < other->values[b];
  };
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), before);
  const auto twin = std::adjacent_find(order.begin(), order.end(), std::not_fn(before));
  if (twin == order.end()) return;
  std::string what = to_string(values[*twin]);
  bool real = std::holds_alternative<double>(values[*twin]);
  for (const Zipped& other : axis.zipped) {
    what += " with " + to_string(other.values[*twin]);
    real |= std::holds_alternative<double>(other.values[*twin]);
  }
  throw InputError(field.place() + " has " + what + " twice" + (real ? " (to 12 digits)" : "") +
                   (field.has("min") ? " after rounding; give a smaller count or a larger step" : "; keep one"));
}

}  // namespace stormsweep
