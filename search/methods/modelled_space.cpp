#include "search/methods/modelled_space.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>

#include "search/space/conditions.hpp"

namespace stormsweep {

namespace {

/// A range of fewer integers than this is modelled by digits.
constexpr double most_integers = 1000;

constexpr double steps = 1e6;  // of a linear range of reals; more are rounding, and the same to a model

/// Where each value lies in [0, 1].
std::vector<double> places_of(const std::vector<Value>& values, bool logarithmic) {
  std::vector<double> places;
  for (const Value& value : values) places.push_back(logarithmic ? std::log(as_real(value)) : as_real(value));
  const auto [low, high] = std::minmax_element(places.begin(), places.end());
  const double least = *low, width = *high - *low;
  for (double& place : places) place = (place - least) / width;
  return places;
}

/// The same, on the scale, linear or logarithmic, that has the narrower widest gap.
std::vector<double> places_of(const std::vector<Value>& values) {
  const auto widest = [](std::vector<double> places) {
    std::sort(places.begin(), places.end());
    double gap = 0;
    for (std::size_t i = 1; i < places.size(); ++i) gap = std::max(gap, places[i] - places[i - 1]);
    return gap;
  };
  std::vector<double> linear = places_of(values, false);
  if (std::any_of(values.begin(), values.end(), [](const Value& value) { return as_real(value) <= 0; })) return linear;
  std::vector<double> logarithmic = places_of(values, true);
  return widest(logarithmic) < widest(linear) ? logarithmic : linear;
}

/// Places of the values that the space lists, and of the default, which may be far off their scale. A range states its
/// scale.
std::vector<double> places_on(const Axis& axis) {
  if (axis.interval) return places_of(axis.values, axis.interval->logarithmic);
  if (!axis.own_default) return places_of(axis.values);
  std::vector<double> places{0.};
  if (axis.listed() > 1) places = places_of({axis.values.begin(), axis.values.end() - 1});
  places.push_back(0.5);
  return places;
}

}  // namespace

ModelledSpace::ModelAxis::ModelAxis(const Axis& given, const Hyperparameter& hyperparameter, std::size_t number)
    : axis(given), in_grid(number) {
  // Along a zipped or conditional axis other hyperparameters change too.
  dimension.takes_memory = hyperparameter.takes_memory && axis.zipped.empty() && axis.when.empty();
  if (axis.interval && axis.interval->integer && axis.interval->max - axis.interval->min < most_integers)
    for (double value = axis.interval->min; value <= axis.interval->max; ++value)
      axis.values.emplace_back(static_cast<std::int64_t>(value));
  if (axis.values.empty()) return;
  const bool numbers = hyperparameter.type == Type::integer || hyperparameter.type == Type::real;
  const std::set<Value> different(axis.values.begin(), axis.values.end());  // values of a zipped axis may repeat
  const bool ordered = numbers && different.size() == axis.values.size();
  dimension.kind = ordered ? bayes::Dimension::Kind::ordered : bayes::Dimension::Kind::unordered;
  dimension.size = axis.values.size();
  if (ordered) dimension.places = places_on(axis);
}

double ModelledSpace::ModelAxis::coordinate(const Configuration& configuration) const {
  if (axis.interval && !holds(axis.when, configuration)) return middle();
  if (axis.values.empty()) return axis.interval->place(configuration.values[axis.hyperparameter]);
  return static_cast<double>(axis.digit(configuration.values).value());
}

double ModelledSpace::ModelAxis::place(double coordinate) const {
  return axis.values.empty() ? coordinate : axis.interval->place(axis.values[static_cast<std::size_t>(coordinate)]);
}

double ModelledSpace::ModelAxis::middle() const {
  if (axis.values.empty()) return 0.5;
  const std::size_t digit = axis.values.size() / 2;
  return static_cast<double>(digit);
}

ModelledSpace::ModelledSpace(const Space& space, const Trainings& trainings)
    : trainings_(trainings), continuous_(space.continuous_axes() > 0) {
  for (std::size_t i = 0; i < space.axes.size(); ++i) {
    const Axis& axis = space.axes[i];
    conditional_ |= !axis.when.empty();
    const auto in_grid = trainings.in_grid(i);
    if (!in_grid) continue;
    if (axis.interval) intervals_.push_back(*in_grid);
    if (axis.interval ? axis.interval->min < axis.interval->max : axis.values.size() > 1)
      axes_.emplace_back(axis, space.experiment->hyperparameters[axis.hyperparameter], *in_grid);
  }
}

std::vector<bayes::Dimension> ModelledSpace::dimensions() const {
  std::vector<bayes::Dimension> dimensions;
  for (const ModelAxis& axis : axes_) dimensions.push_back(axis.dimension);
  return dimensions;
}

bayes::Point ModelledSpace::point(const Configuration& configuration) const {
  bayes::Point point;
  for (const ModelAxis& axis : axes_) point.push_back(axis.coordinate(configuration));
  return point;
}

bayes::Point ModelledSpace::standing(bayes::Point point) const {
  const Digits digits = trainings_.settled(digits_of(point));
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    if (!axes_[i].axis.interval)
      point[i] = digits[axes_[i].in_grid];
    else if (digits[axes_[i].in_grid] > 0)
      point[i] = axes_[i].middle();
  }
  return point;
}

bayes::Point ModelledSpace::on_steps(bayes::Point point) const {
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const auto& interval = axes_[i].axis.interval;
    if (interval && !interval->logarithmic && !interval->integer) point[i] = std::round(point[i] * steps) / steps;
  }
  return point;
}

std::optional<Training> ModelledSpace::training(TrainingId id, const bayes::Point& point) const {
  Digits digits = digits_of(point);
  const Digits settled = trainings_.settled(digits);
  std::vector<double> places;
  for (const std::size_t in_grid : intervals_) {
    digits[in_grid] = settled[in_grid];
    const auto axis = std::ranges::find(axes_, in_grid, &ModelAxis::in_grid);
    const auto i = static_cast<std::size_t>(axis - axes_.begin());
    places.push_back(axis == axes_.end() ? 0.5 : axis->place(point[i]));  // one value: all places are the same
  }
  if (trainings_.grid().excluded(digits)) return std::nullopt;
  return trainings_.at(id, std::move(digits), places);
}

bool ModelledSpace::allows(const bayes::Point& point, const std::set<bayes::Point>& taken) const {
  if (!continuous_ && trainings_.grid().exclusions().empty()) return true;
  if (conditional_ && standing(point) != point) return false;
  const auto there = training({}, on_steps(point));
  return there && (!continuous_ || !taken.contains(this->point(there->configuration)));  // as rounded
}

Digits ModelledSpace::digits_of(const bayes::Point& point) const {
  Digits digits(trainings_.grid().sizes().size(), 0);
  for (std::size_t i = 0; i < axes_.size(); ++i)
    if (!axes_[i].axis.interval) digits[axes_[i].in_grid] = static_cast<std::uint32_t>(point[i]);
  return digits;
}

}  // namespace stormsweep
