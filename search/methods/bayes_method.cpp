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

namespace stormsweep {

namespace {

/// Integers of a range that are few enough to be digits.
constexpr double most_digits = 1000;

double number(const Value& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer ? static_cast<double>(*integer) : std::get<double>(value);
}

/// Where each value lies in [0, 1], on the scale, of linear and logarithmic, whose widest gap is narrower.
std::vector<double> places_of(const std::vector<Value>& values) {
  const auto scaled = [&](bool logarithmic) {
    std::vector<double> places;
    for (const Value& value : values) places.push_back(logarithmic ? std::log(number(value)) : number(value));
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
  if (std::any_of(values.begin(), values.end(), [](const Value& value) { return number(value) <= 0; })) return linear;
  std::vector<double> logarithmic = scaled(true);
  return widest(logarithmic) < widest(linear) ? logarithmic : linear;
}

/// An axis that varies, as the space and as the model have it.
struct ModelAxis {
  std::size_t hyperparameter;
  std::vector<Value> values;           ///< of its digits; none: it is continuous
  std::optional<Interval> interval;    ///< of the space's axis, if that is continuous
  std::optional<std::size_t> in_grid;  ///< its number in Trainings::grid, if it is not
  bayes::Dimension dimension = {};

  double coordinate(const Value& value) const {
    if (values.empty()) return interval->place(value);
    return static_cast<double>(std::find(values.begin(), values.end(), value) - values.begin());
  }
  /// In a continuous axis of the space.
  double place(double coordinate) const {
    return values.empty() ? coordinate : interval->place(values[static_cast<std::size_t>(coordinate)]);
  }
};

ModelAxis model_axis(const Axis& axis, const Hyperparameter& hyperparameter) {
  ModelAxis result{axis.hyperparameter, axis.values, axis.interval, {}};
  result.dimension.takes_memory = hyperparameter.takes_memory;
  if (axis.interval && axis.interval->integer && axis.interval->max - axis.interval->min < most_digits)
    for (double value = axis.interval->min; value <= axis.interval->max; ++value)
      result.values.emplace_back(static_cast<std::int64_t>(value));
  if (result.values.empty()) return result;
  const bool ordered = hyperparameter.type == Type::integer || hyperparameter.type == Type::real;
  result.dimension.kind = ordered ? bayes::Dimension::Kind::ordered : bayes::Dimension::Kind::unordered;
  result.dimension.size = result.values.size();
  if (ordered) result.dimension.places = places_of(result.values);
  return result;
}

/// Points of the model, and the trainings that they stand for.
class Model {
 public:
  Model(const Space& space, const Trainings& trainings) : trainings_(trainings) {
    const bool without_milestones = trainings.grid().sizes().size() < space.axes.size();
    std::size_t in_grid = 0;
    for (const Axis& axis : space.axes) {
      if (axis.hyperparameter == space.experiment->milestone && without_milestones) continue;
      ModelAxis modelled = model_axis(axis, space.experiment->hyperparameters[axis.hyperparameter]);
      if (!axis.interval) modelled.in_grid = in_grid;
      ++in_grid;
      if (axis.interval || axis.values.size() > 1) axes_.push_back(std::move(modelled));
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
    for (const ModelAxis& axis : axes_) point.push_back(axis.coordinate(configuration.values[axis.hyperparameter]));
    return point;
  }
  /// Nothing where exclusions leave it no trial.
  std::optional<Training> training(TrainingId id, const bayes::Point& point) const {
    Digits digits(trainings_.grid().sizes().size(), 0);
    std::vector<double> places;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      if (axes_[i].in_grid)
        digits[*axes_[i].in_grid] = static_cast<std::uint32_t>(point[i]);
      else
        places.push_back(axes_[i].place(point[i]));
    }
    if (trainings_.grid().excluded(digits)) return std::nullopt;
    return trainings_.at(id, std::move(digits), places);
  }
  /// Whether the point may be tried beside those `taken`; on a grid the model itself tries none twice.
  bool allows(const bayes::Point& point, const std::set<bayes::Point>& taken) const {
    if (!continuous_ && trainings_.grid().exclusions().empty()) return true;
    const auto there = training({}, point);
    return there && (!continuous_ || !taken.contains(this->point(there->configuration)));  // rounded
  }

 private:
  const Trainings& trainings_;
  std::vector<ModelAxis> axes_;
  bool continuous_ = false;
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
    if (next_ < past_.size()) return propose(model_.point(past_[next_].configuration), past_[next_].parameters, true);
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
    const auto training = start_->next({next_start_});
    if (!training) {
      no_more_ = true;
      return std::nullopt;
    }
    next_start_ = training->id.value + 1;
    return propose(model_.point(training->configuration), "", false);
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
      const bayes::Problem problem{model_.dimensions(),
                                   [&](const bayes::Point& point) { return model_.allows(point, taken); }};
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

}  // namespace stormsweep
