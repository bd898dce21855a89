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
#include "search/methods/modelled_space.hpp"
#include "search/methods/sequence.hpp"

namespace stormsweep {

namespace {

std::string to_text(const bayes::Proposal& proposal) {
  return nlohmann::json{{"weights", proposal.fitted.weights},
                        {"signal", proposal.fitted.signal},
                        {"noise", proposal.fitted.noise},
                        {"log_improvement", proposal.improvement}}
      .dump();
}

bool positive(double number) {
  return number > 0 && std::isfinite(number);
}

/// What a proposal was fitted with; nothing for a point of the start, or where a damaged file has what no fit gives.
std::optional<bayes::Hyperparameters> read_fitted(const std::string& text, std::size_t dimensions) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  try {
    bayes::Hyperparameters fitted{json.at("weights"), json.at("signal"), json.at("noise")};
    const bool sound = fitted.weights.size() == dimensions && std::ranges::all_of(fitted.weights, positive) &&
                       positive(fitted.signal) && positive(fitted.noise);
    return sound ? std::optional(std::move(fitted)) : std::nullopt;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
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
        past_(past.proposals) {
    if (past_.empty()) past_ = fresh_ = from(past.known);
  }

  std::optional<Training> next() override {
    if (no_more_ || next_ >= space_.method.trials.value_or(std::numeric_limits<std::uint64_t>::max())) {
      no_more_ = true;
      return std::nullopt;
    }
    if (next_ < past_.size()) return of_past();
    if (next_ < at_start_) return of_start();
    if (!fitting_.valid() && !all_ended(next_ - width_ + 1)) return std::nullopt;
    if (!fitting_.valid()) begin_fit();
    const bool ready = fitting_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    return ready ? end_fit() : std::nullopt;
  }

  bool exhausted() const override { return no_more_; }
  bool thinking() const override { return fitting_.valid(); }

  void learn(const Training& training, std::size_t milestone, const Ended& ended) override {
    const Training& whole = told_[training.id.value].training;
    // The rest of a resumed training has the last of the milestones, so compare values, not positions.
    const bool last = whole.milestones.empty() || training.milestones.at(milestone) == whole.milestones.back();
    if (last) told_[training.id.value].ended = ended;
  }

  std::vector<Proposed> take_proposals() override { return std::exchange(fresh_, {}); }

  /// An upper bound: as many trainings as the Sobol sequence has, each with the most milestones that any of them has.
  std::optional<std::uint64_t> trials() override {
    const auto finite = space_.continuous_axes() > 0 ? std::nullopt : space_.grid.count();
    if (!start_->trials()) return finite;
    std::uint64_t trainings = 0, most = 0;
    for (auto training = start_->next({0}); training; training = start_->next({training->id.value + 1})) {
      ++trainings;
      most = std::max<std::uint64_t>(most, training->trials());
    }
    return std::min(trainings * most, finite.value_or(trainings * most));
  }

 private:
  struct Told {
    Training training;
    std::optional<Ended> ended;
  };

  /// Trials that were there before the search are its first proposals, if they are the last of their trainings.
  std::vector<Proposed> from(const std::vector<Configuration>& known) const {
    std::vector<Proposed> proposals;
    std::set<bayes::Point> there;
    for (const Configuration& configuration : known) {
      const bayes::Point point = model_.point(configuration);
      const auto training = model_.training({proposals.size()}, point);
      if (training && training->configuration == configuration && there.insert(point).second)
        proposals.push_back({proposals.size(), configuration, ""});
    }
    return proposals;
  }

  std::optional<Training> propose(const bayes::Point& point, const std::string& parameters, bool known) {
    auto training = model_.training({next_}, point);
    if (!training) {  // a stored proposal that the space, edited since, no longer has
      no_more_ = true;
      return std::nullopt;
    }
    if (!known) fresh_.push_back({next_, training->configuration, parameters});
    if (const auto fitted = read_fitted(parameters, model_.dimensions().size())) fitted_ = fitted;
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

  /// Keeps the Sobol start in step, so that a search stopped during it continues where it was.
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
    if (proposal) return propose(model_.on_steps(proposal->point), to_text(*proposal), false);
    no_more_ = true;
    return std::nullopt;
  }

  const Space space_;
  const Trainings trainings_;
  const ModelledSpace model_;
  const std::unique_ptr<Sequence> start_;
  const std::uint64_t width_, at_start_;
  std::vector<Proposed> past_;
  std::uint64_t next_ = 0, next_start_ = 0;
  std::uint64_t ended_ = 0;  ///< trainings 0 ... ended_ - 1 have
  std::vector<Told> told_;   ///< by number
  std::vector<Proposed> fresh_;
  std::optional<bayes::Hyperparameters> fitted_;
  bool no_more_ = false;
  std::future<std::optional<bayes::Proposal>> fitting_;  ///< last member: its thread reads the others
};

}  // namespace

std::unique_ptr<Method> make_bayes(const Space& space, const ProposalHistory& past) {
  return std::make_unique<Bayes>(space, past);
}

std::uint64_t width_at_start(const Space& space, std::size_t workers) {
  return space.method.width.value_or(2 * workers);
}

}  // namespace stormsweep
