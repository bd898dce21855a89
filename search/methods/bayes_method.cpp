#include "search/methods/bayes_method.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <future>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "search/base/seed.hpp"
#include "search/methods/bayes/proposal.hpp"
#include "search/methods/sequence.hpp"
#include "search/space/conditions.hpp"

namespace stormsweep {

namespace {

/// Integers of a range that are few enough to be digits.
constexpr double most_digits = 1000;

/// Where each value lies in [0, 1], on the scale, of linear and logarithmic, whose widest gap is narrower.
std::vector<double> places_of(const std::vector<Value>& values) {
  const auto scaled = [&](bool logarithmic) {
    std::vector<double> places;
    for (const Value& value : values) places.push_back(logarithmic ? std::log(as_real(value)) : as_real(value));
    const auto [low, high] = std::minmax_element(places.begin(), places.end());
    const double least = *low, width = *high - *low;
    for (double& place : places) place = (place - least) / width;
    return places;
  };
  const auto widest = [](std::vector<double> places) {
    std::sort(places.begin(), places.end());
    double gap = 0;
    for (std::size_t i = 1; i < places.size(); ++i) gap = std::max(gap, places[i] - places[i - 1]);
    return gap;
  };
  std::vector<double> linear = scaled(false);
  if (std::any_of(values.begin(), values.end(), [](const Value& value) { return as_real(value) <= 0; })) return linear;
  std::vector<double> logarithmic = scaled(true);
  return widest(logarithmic) < widest(linear) ? logarithmic : linear;
}

/// An axis that varies, as the space and as the model have it.
struct ModelAxis {
  Axis axis;            ///< with values too where the model has digits for an interval
  std::size_t in_grid;  ///< its number in Trainings::grid
  bayes::Dimension dimension = {};

  double coordinate(const Configuration& configuration) const {
    if (axis.interval && !holds(axis.when, configuration)) return middle();
    if (axis.values.empty()) return axis.interval->place(configuration.values[axis.hyperparameter]);
    return static_cast<double>(axis.digit(configuration.values).value());
  }
  /// In a continuous axis of the space.
  double place(double coordinate) const {
    return axis.values.empty() ? coordinate : axis.interval->place(axis.values[static_cast<std::size_t>(coordinate)]);
  }
  /// Of a continuous axis of the space: the coordinate of all points at which its conditions do not hold.
  double middle() const { return axis.values.empty() ? 0.5 : static_cast<double>(axis.values.size() / 2); }
};

/// Places of the values that the space lists, and of their default beside them, which may be far from their scale.
std::vector<double> places_on(const Axis& axis) {
  if (!axis.own_default || axis.interval) return places_of(axis.values);
  std::vector<double> places{0.};
  if (axis.listed() > 1) places = places_of({axis.values.begin(), axis.values.end() - 1});
  places.push_back(0.5);
  return places;
}

ModelAxis model_axis(const Axis& axis, const Hyperparameter& hyperparameter, std::size_t in_grid) {
  ModelAxis result{axis, in_grid, {}};
  // Of zipped axes and conditional ones more of one is not more of all.
  result.dimension.takes_memory = hyperparameter.takes_memory && axis.zipped.empty() && axis.when.empty();
  std::vector<Value>& values = result.axis.values;
  if (axis.interval && axis.interval->integer && axis.interval->max - axis.interval->min < most_digits)
    for (double value = axis.interval->min; value <= axis.interval->max; ++value)
      values.emplace_back(static_cast<std::int64_t>(value));
  if (values.empty()) return result;
  const bool ordered = hyperparameter.type == Type::integer || hyperparameter.type == Type::real;
  result.dimension.kind = ordered ? bayes::Dimension::Kind::ordered : bayes::Dimension::Kind::unordered;
  result.dimension.size = values.size();
  if (ordered) result.dimension.places = places_on(result.axis);
  return result;
}

/// Points of the model, and the trainings that they stand for.
class Model {
 public:
  Model(const Space& space, const Trainings& trainings) : trainings_(trainings) {
    for (std::size_t i = 0; i < space.axes.size(); ++i) {
      const Axis& axis = space.axes[i];
      conditional_ |= !axis.when.empty();
      const auto in_grid = trainings.in_grid(i);
      if (in_grid && (axis.interval || axis.values.size() > 1))
        axes_.push_back(model_axis(axis, space.experiment->hyperparameters[axis.hyperparameter], *in_grid));
    }
    continuous_ = space.continuous_axes() > 0;
  }

  std::vector<bayes::Dimension> dimensions() const {
    std::vector<bayes::Dimension> dimensions;
    for (const ModelAxis& axis : axes_) dimensions.push_back(axis.dimension);
    return dimensions;
  }
  bayes::Point point(const Configuration& configuration) const {
    bayes::Point point;
    for (const ModelAxis& axis : axes_) point.push_back(axis.coordinate(configuration));
    return point;
  }
  bool conditional() const { return conditional_; }
  /// The point that stands for all that differ only where conditions do not hold.
  bayes::Point standing(bayes::Point point) const {
    const Digits digits = trainings_.settled(digits_of(point));
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      if (!axes_[i].axis.interval)
        point[i] = digits[axes_[i].in_grid];
      else if (digits[axes_[i].in_grid] > 0)
        point[i] = axes_[i].middle();
    }
    return point;
  }
  /// Nothing where exclusions leave it no trial.
  std::optional<Training> training(TrainingId id, const bayes::Point& point) const {
    Digits digits = digits_of(point);
    const Digits settled = trainings_.settled(digits);
    std::vector<double> places;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      if (!axes_[i].axis.interval) continue;
      digits[axes_[i].in_grid] = settled[axes_[i].in_grid];
      places.push_back(axes_[i].place(point[i]));
    }
    if (trainings_.grid().excluded(digits)) return std::nullopt;
    return trainings_.at(id, std::move(digits), places);
  }
  /// Whether the point may be tried beside those `taken`; on a grid the model itself tries none twice.
  bool allows(const bayes::Point& point, const std::set<bayes::Point>& taken) const {
    if (!continuous_ && trainings_.grid().exclusions().empty()) return true;
    if (conditional_ && standing(point) != point) return false;
    const auto there = training({}, point);
    return there && (!continuous_ || !taken.contains(this->point(there->configuration)));  // rounded
  }

 private:
  /// Of continuous axes: that of their interval.
  Digits digits_of(const bayes::Point& point) const {
    Digits digits(trainings_.grid().sizes().size(), 0);
    for (std::size_t i = 0; i < axes_.size(); ++i)
      if (!axes_[i].axis.interval) digits[axes_[i].in_grid] = static_cast<std::uint32_t>(point[i]);
    return digits;
  }

  const Trainings& trainings_;
  std::vector<ModelAxis> axes_;
  bool continuous_ = false, conditional_ = false;
};

std::string to_text(const bayes::Proposal& proposal) {
  return nlohmann::json{{"weights", proposal.fitted.weights},
                        {"signal", proposal.fitted.signal},
                        {"noise", proposal.fitted.noise},
                        {"log_improvement", proposal.improvement}}
      .dump();
}

std::optional<bayes::Hyperparameters> read_fitted(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("weights")) return std::nullopt;  // a point of the start
  return bayes::Hyperparameters{json.at("weights"), json.at("signal"), json.at("noise")};
}

class Bayes : public Method {
 public:
  Bayes(const Space& space, const ProposalHistory& past)
      : space_(space),
        trainings_(space_),
        model_(space_, trainings_),
        start_(sobol_sequence(space_)),
        width_(past.width),
        at_start_(std::max<std::uint64_t>(model_.dimensions().size() + 2, width_)),
        past_(past.proposals) {}

  std::optional<Training> next() override {
    if (no_more_ || next_ >= space_.method.trials.value_or(std::numeric_limits<std::uint64_t>::max())) {
      no_more_ = true;
      return std::nullopt;
    }
    if (next_ < past_.size()) return of_past();
    if (next_ < at_start_) return of_start();
    if (!fitting_.valid() && !all_ended(next_ - width_ + 1)) return std::nullopt;
    if (!fitting_.valid()) begin_fit();
    return thinking() ? std::nullopt : end_fit();
  }

  bool exhausted() const override { return no_more_; }
  bool thinking() const override {
    return fitting_.valid() && fitting_.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
  }

  void learn(const Training& training, std::size_t milestone, const Ended& ended) override {
    const Training& whole = told_[training.id.value].training;
    // What is left of one that was resumed has its last milestones.
    const bool last = whole.milestones.empty() || training.milestones.at(milestone) == whole.milestones.back();
    if (last) told_[training.id.value].ended = ended;
  }

  std::vector<Proposed> take_proposals() override { return std::exchange(fresh_, {}); }

  std::optional<std::uint64_t> trials() override {
    const auto finite = space_.continuous_axes() > 0 ? std::nullopt : space_.grid.count();
    if (!space_.method.trials) return finite;
    const Training first = start_->next({0}).value();
    const std::uint64_t wanted = *space_.method.trials * first.trials();
    return finite ? std::min(*finite, wanted) : wanted;
  }

 private:
  struct Told {
    Training training;
    std::optional<Ended> ended;
  };

  std::optional<Training> propose(const bayes::Point& point, const std::string& parameters, bool known) {
    auto training = model_.training({next_}, point);
    if (!training) {  // a proposal of a space that has changed
      no_more_ = true;
      return std::nullopt;
    }
    if (!known) fresh_.push_back({next_, training->configuration, parameters});
    if (const auto fitted = read_fitted(parameters)) fitted_ = fitted;
    told_.push_back({*training, std::nullopt});
    ++next_;
    return training;
  }

  std::optional<Training> of_start() {
    const auto training = next_start();
    if (!training) {
      no_more_ = true;
      return std::nullopt;
    }
    return propose(model_.point(training->configuration), "", false);
  }

  /// A search that was stopped in its start goes on in it where it was.
  std::optional<Training> of_past() {
    if (next_ < at_start_) next_start();
    const Proposed& past = past_[next_];
    return propose(model_.point(past.configuration), past.parameters, true);
  }

  std::optional<Training> next_start() {
    auto training = start_->next({next_start_});
    if (training) next_start_ = training->id.value + 1;
    return training;
  }

  bool all_ended(std::uint64_t first) {
    while (ended_ < first && told_[ended_].ended) ++ended_;
    return ended_ >= first;
  }

  void begin_fit() {
    const std::uint64_t known = next_ - width_ + 1;  // results of 0 ... known - 1
    std::vector<bayes::Observation> observations;
    std::vector<bayes::Point> pending;
    std::set<bayes::Point> taken;
    const double sign = space_.goal == Goal::maximize ? 1 : -1;
    for (std::uint64_t i = 0; i < next_; ++i) {
      const bayes::Point point = model_.point(told_[i].training.configuration);
      taken.insert(point);
      if (i >= known) {
        pending.push_back(point);
        continue;
      }
      const Ended& ended = *told_[i].ended;
      observations.push_back(
          {point, ended.value ? std::optional(sign * *ended.value) : std::nullopt, ended.out_of_memory});
    }
    fitting_ = std::async(std::launch::async, [this, observations = std::move(observations),
                                               pending = std::move(pending), taken = std::move(taken), fitted = fitted_,
                                               seed = derive_seed(space_.seed, "bayes", {next_})] {
      const std::function<bayes::Point(bayes::Point)> standing = [this](bayes::Point point) {
        return model_.standing(std::move(point));
      };
      const bayes::Problem problem{model_.dimensions(),
                                   [&](const bayes::Point& point) { return model_.allows(point, taken); },
                                   model_.conditional() ? standing : nullptr};
      return bayes::propose(problem, observations, pending, fitted, seed);
    });
  }

  std::optional<Training> end_fit() {
    const auto proposal = fitting_.get();
    if (proposal) return propose(proposal->point, to_text(*proposal), false);
    no_more_ = true;
    return std::nullopt;
  }

  const Space space_;
  const Trainings trainings_;
  const Model model_;
  const std::unique_ptr<Sequence> start_;
  const std::uint64_t width_, at_start_;
  const std::vector<Proposed> past_;
  std::uint64_t next_ = 0, next_start_ = 0;
  std::uint64_t ended_ = 0;  ///< trainings 0 ... ended_ - 1 have
  std::vector<Told> told_;   ///< by number
  std::vector<Proposed> fresh_;
  std::optional<bayes::Hyperparameters> fitted_;
  bool no_more_ = false;
  std::future<std::optional<bayes::Proposal>> fitting_;  ///< last: its thread reads the others
};

}  // namespace

std::unique_ptr<Method> make_bayes(const Space& space, const ProposalHistory& past) {
  return std::make_unique<Bayes>(space, past);
}

std::uint64_t width_at_start(const Space& space, std::size_t workers) {
  return space.method.width.value_or(2 * workers);
}

}  // namespace stormsweep
