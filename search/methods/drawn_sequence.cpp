#include "search/methods/drawn_sequence.hpp"

#include <algorithm>
#include <utility>

namespace stormsweep {

namespace {

/// After `most_in_vain` draws in a row that found nothing new, and `most_in_vain_each` more for each training found so
/// far, little or nothing is left: walking the grid finds the rest of a finite space sooner. (The last of n equally
/// likely points takes n draws on average.)
constexpr std::uint64_t most_in_vain = 100'000, most_in_vain_each = 100;
constexpr std::uint64_t most_counted = 100'000;

std::optional<std::uint64_t> smaller(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

/// `point`, with the guesses of those axes that have one and whose conditions hold.
DrawnPoint with_guesses(DrawnPoint point, const Space& space, const Trainings& trainings) {
  std::size_t continuous = 0;
  for (std::size_t i = 0; i < space.axes.size(); ++i) {
    const Axis& axis = space.axes[i];
    if (axis.interval) {
      double& place = point.places[continuous++];
      if (axis.guess) place = axis.interval->place(*axis.guess);
    } else if (const auto in_grid = trainings.in_grid(i); axis.guess && in_grid) {
      point.digits[*in_grid] = axis.guessed_digit().value();
    }
  }
  point.digits = trainings.settled(std::move(point.digits));
  return point;
}

}  // namespace

std::optional<DrawnPoint> guessed_point(const Space& space, const Trainings& trainings,
                                        const std::function<DrawnPoint(std::uint64_t)>& draw, std::uint64_t draws) {
  if (std::none_of(space.axes.begin(), space.axes.end(), [](const Axis& axis) { return axis.guess.has_value(); }))
    return std::nullopt;
  const Grid guessed = trainings.guessed();
  auto index = guessed.next(0);
  if (!index) return std::nullopt;
  DrawnPoint point;
  for (std::uint64_t number = 0; number < std::min(draws, most_in_vain); ++number) {
    point = with_guesses(draw(number), space, trainings);
    if (trainings.at({}, point.digits, point.places)) return point;
  }
  for (; index; index = guessed.next(*index + 1))  // there are few
    if (point.digits = guessed.digits(*index); trainings.at({}, point.digits, point.places)) return point;
  return std::nullopt;
}

DrawnSequence::DrawnSequence(const Space& space, const std::function<Draw(const Sizes&)>& make)
    : space_(space),
      trainings_(space_),
      draw_(make(trainings_.listed())),
      guess_(guessed_point(space_, trainings_, make(trainings_.listed()))),
      all_(space.continuous_axes() == 0 ? trainings_.count() : std::nullopt),
      most_(smaller(space.method.trials, all_)) {}

std::optional<Training> DrawnSequence::at(TrainingId id) {
  while (looked_at_ <= id.value && !ended()) look_at_next();
  const auto found = std::lower_bound(numbers_.begin(), numbers_.end(), id.value);
  if (found == numbers_.end() || *found != id.value) return std::nullopt;
  const DrawnPoint& point = points_[static_cast<std::size_t>(found - numbers_.begin())];
  return trainings_.at(id, point.digits, point.places);
}

std::optional<Training> DrawnSequence::next(TrainingId from) {
  while ((numbers_.empty() || numbers_.back() < from.value) && !ended()) look_at_next();
  const auto found = std::lower_bound(numbers_.begin(), numbers_.end(), from.value);
  return found == numbers_.end() ? std::nullopt : at({*found});
}

std::optional<std::uint64_t> DrawnSequence::trials() {
  if (!most_ || *most_ > most_counted) return std::nullopt;
  std::uint64_t trials = 0;
  for (auto training = next({0}); training; training = next({training->id.value + 1})) trials += training->trials();
  return trials;
}

void DrawnSequence::look_at_next() {
  drawn_out_ = drawn_out_ || in_vain();
  if (drawn_out_) {
    walk_ = trainings_.grid().next(walk_ ? *walk_ + 1 : 0);
    if (!walk_) return;
  }
  const std::uint64_t number = looked_at_++;
  DrawnPoint point = drawn_out_ ? DrawnPoint{trainings_.grid().digits(*walk_), {}} : draw_(number);
  if (number == 0 && guess_) point = *guess_;
  point.digits = trainings_.settled(std::move(point.digits));
  const auto training = trainings_.at({number}, point.digits, point.places);
  if (!training || !seen_.insert(identity(training->configuration, *space_.experiment, space_.seed)).second) return;
  numbers_.push_back(number);
  points_.push_back(std::move(point));
}

bool DrawnSequence::in_vain() const {
  const std::uint64_t last = numbers_.empty() ? 0 : numbers_.back();
  return looked_at_ - last > most_in_vain + most_in_vain_each * numbers_.size();
}

bool DrawnSequence::ended() const {
  if (most_ && numbers_.size() >= *most_) return true;
  return all_ ? drawn_out_ && !walk_ : in_vain();
}

}  // namespace stormsweep
