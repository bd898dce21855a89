#include "master/loop/training_source.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "search/methods/bayes_method.hpp"
#include "search/methods/synchronous.hpp"
#include "search/space/membership.hpp"

namespace stormsweep {

namespace {

constexpr std::size_t most_skipped = 4096;  // after so many that would not end in time no other is sought

}  // namespace

TrainingSource::TrainingSource(const Space& space, Store& store, const Share& share, RunLimits& limits,
                               std::size_t workers)
    : space_(space),
      store_(store),
      limits_(limits),
      method_(make_method(space, share, history(workers))),
      total_(limited_trials(space, method_->trials())),
      order_(*space.experiment, [this] { return next_of_method(); }) {
  store.each_completed(CostModel::most_rows, [this](const Configuration& configuration, double wall_seconds) {
    order_.learn(configuration, wall_seconds);
  });
}

/// The proposals of earlier runs. The first run fixes, for all later ones, how many are made side by side, and from
/// which earlier trials.
ProposalHistory TrainingSource::history(std::size_t workers) {
  if (!makes_proposals(space_.method)) return {};
  ProposalHistory history = store_.proposals();
  if (history.width == 0) {
    history.width = width_at_start(space_, workers);
    store_.keep_width(history.width);
    history.known = store_.unproposed();
    std::erase_if(history.known, [space = Membership(space_)](const auto& each) { return !space.has(each); });
  }
  side_by_side_ = history.width;
  return history;
}

Supply TrainingSource::next(Seconds now) {
  for (std::size_t skipped = 0; !given_up_ && limits_.text().empty(); ++skipped) {
    std::optional<Training> training = next_wanted();
    if (!training && !method_->exhausted() && !past_target_ && limits_.trials_left() > 0)
      return method_->thinking() ? Supply::Later::by_itself : Supply::Later::when_others_end;
    if (!training) limits_.exhausted();
    if (!training || limits_.can_finish(expected(*training), now)) return training;
    unstarted_ = true;
    given_up_ = skipped > most_skipped;
  }
  return Supply::Later::never;
}

bool TrainingSource::is_beyond_target(const Training& training) const {
  return place_of(training) > limits_.last();
}

/// Of trainings whose order is by time some may be beyond the target.
std::optional<Training> TrainingSource::next_wanted() {
  if (is_adaptive(space_.method)) return next_of_method();
  auto training = order_.next();
  while (training && is_beyond_target(*training)) training = order_.next();
  return training;
}

std::optional<Training> TrainingSource::next_of_method() {
  while (!past_target_ && limits_.trials_left() > 0) {
    std::optional<Training> training = method_->next();
    if (!training) break;
    for (const Proposed& proposal : method_->take_proposals()) store_.keep(proposal);
    if (is_beyond_target(*training)) {
      past_target_ = !training->rung;  // a bracket before may yet go on
      break;
    }
    if (is_adaptive(space_.method) || space_.limits.target) learn_stored(*training);
    training = store_.missing(*std::move(training));
    if (!training) continue;
    const std::uint64_t left = limits_.trials_left();
    if (left == 0) break;
    if (training->trials() > left) training->milestones.resize(left);  // the shortest of its trials
    limits_.hand_out(training->trials());
    return training;
  }
  return std::nullopt;
}

/// Tells the method of trials that an earlier run has ended. Reused rows count as soon as a proposal is one of them.
void TrainingSource::learn_stored(const Training& training) {
  const auto counted = [this] { return makes_proposals(space_.method) ? store_.counts().terminal() : 0; };
  const std::uint64_t before = counted();
  for (std::size_t k = 0; k < training.trials(); ++k)
    if (const auto ended = store_.ended(training, k)) learn(training, k, *ended);
  limits_.hand_out(counted() - before);
}

void TrainingSource::learn(const Training& training, std::size_t milestone, const Ended& ended) {
  if (ended.value && space_.reaches_target(*ended.value)) limits_.reach_target(place_of(training));
  method_->learn(training, milestone, ended);
}

void TrainingSource::learn(const Training& training, std::size_t milestone, const Outcome& outcome) {
  const bool complete = outcome.status == Status::complete;
  if (complete) order_.learn(training, milestone, outcome.timings.wall);
  Ended ended{.value = {}, .out_of_memory = outcome.status == Status::out_of_memory};
  if (complete) ended.value = choice(training, milestone, outcome);
  learn(training, milestone, ended);
}

/// The value that the search chooses by.
std::optional<double> TrainingSource::choice(const Training& training, std::size_t milestone, const Outcome& outcome) {
  if (!is_adaptive(space_.method) && !space_.limits.target) return std::nullopt;  // not needed
  if (space_.metric_at == MetricAt::best) return store_.best_until(training, milestone);
  const double value = value_of(outcome.metrics, space_.metric);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

Sequence& TrainingSource::sequence() {
  if (!sequence_) sequence_ = make_sequence(space_);
  return *sequence_;
}

std::optional<Training> TrainingSource::at(TrainingId id) {
  auto training = sequence().at(id);
  if (!training) return training;
  if (const auto missing = store_.missing(*training)) training->attempt = missing->attempt;
  return training;
}

std::vector<TrainingRange> TrainingSource::done() {
  std::vector<TrainingId> ids;
  std::uint64_t found = 0;
  const std::uint64_t stored = store_.counts().terminal();
  for (auto next = found < stored ? sequence().next(TrainingId{0}) : std::nullopt; next && found < stored;
       next = sequence().next(TrainingId{next->id.value + 1})) {
    if (space_.limits.target) learn_stored(*next);
    const auto missing = store_.missing(*next);
    found += next->trials() - (missing ? missing->trials() : 0);
    if (!missing) ids.push_back(next->id);
  }
  return ranges(ids);
}

TrainingLimit TrainingSource::limit() {
  TrainingLimit limit;
  if (space_.limits.trials)
    limit = limit_of_trials(limits_.trials_left(), sequence(),
                            [this](const Training& training) { return store_.missing(training); });
  const bool target_ends_it = limit.end > 0 && limits_.last() < limit.end - 1;
  return target_ends_it ? TrainingLimit{.end = limits_.last() + 1} : limit;
}

}  // namespace stormsweep
