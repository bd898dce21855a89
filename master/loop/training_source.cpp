#include "master/loop/training_source.hpp"

#include <algorithm>
#include <utility>

namespace stormsweep {

namespace {

constexpr std::size_t most_skipped = 4096;  // trainings that would not end in time: then none is looked for any more

}  // namespace

TrainingSource::TrainingSource(const Space& space, Store& store, const Share& share, RunLimits& limits)
    : store_(store),
      share_(share),
      limits_(limits),
      trainings_(space),
      total_(share.count > 1 ? count_trials(trainings_, share) : space.grid.count()),
      order_(*space.experiment, [this] { return next_of_grid(); }) {
  store.each_completed(CostModel::most_rows, [this](const Configuration& configuration, double wall_seconds) {
    order_.learn(configuration, wall_seconds);
  });
}

std::optional<Training> TrainingSource::next(Seconds now) {
  for (std::size_t skipped = 0; !given_up_ && limits_.text().empty(); ++skipped) {
    std::optional<Training> training = order_.next();
    if (!training) limits_.exhausted();
    if (!training || limits_.can_finish(expected(*training), now)) return training;
    unstarted_ = true;
    given_up_ = skipped > most_skipped;
  }
  return std::nullopt;
}

std::optional<Training> TrainingSource::next_of_grid() {
  while (const std::uint64_t left = limits_.trials_left()) {
    std::optional<Training> training = trainings_.next(share_.next(TrainingId{next_}));
    if (!training) break;
    next_ = training->id.value + 1;
    if (!share_.has(training->id)) continue;
    training = store_.missing(*std::move(training));
    if (!training) continue;
    if (training->trials() > left) training->milestones.resize(left);  // the shortest of its trials
    limits_.hand_out(training->trials());
    return training;
  }
  return std::nullopt;
}

void TrainingSource::learn(const Training& training, std::size_t milestone, double wall_seconds) {
  order_.learn(training, milestone, wall_seconds);
}

std::optional<Training> TrainingSource::at(TrainingId id) const {
  auto training = trainings_.at(id);
  if (!training) return training;
  if (const auto missing = store_.missing(*training)) training->attempt = missing->attempt;
  return training;
}

std::vector<TrainingRange> TrainingSource::done() const {
  std::vector<TrainingId> ids;
  std::uint64_t found = 0;
  const std::uint64_t stored = store_.counts().terminal();
  for (auto next = found < stored ? trainings_.next(TrainingId{0}) : std::nullopt; next && found < stored;
       next = trainings_.next(TrainingId{next->id.value + 1})) {
    const auto missing = store_.missing(*next);
    found += next->trials() - (missing ? missing->trials() : 0);
    if (!missing) ids.push_back(next->id);
  }
  return ranges(ids);
}

}  // namespace stormsweep
