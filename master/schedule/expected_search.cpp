#include "master/schedule/expected_search.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "master/schedule/method_workload.hpp"
#include "master/schedule/simulation.hpp"
#include "search/base/random.hpp"
#include "search/base/seed.hpp"
#include "search/methods/bayes_method.hpp"
#include "search/methods/methods.hpp"
#include "search/methods/sequence.hpp"

namespace stormsweep {

namespace {

using simulation::Job;
using simulation::Policy;

/// The trainings of a sequence; number i may begin once all up to i - width have ended.
class Paced : public Method {
 public:
  Paced(std::unique_ptr<Sequence> sequence, std::uint64_t width) : sequence_(std::move(sequence)), width_(width) {}

  std::optional<Training> next() override {
    if (begun_ >= first_open_ + width_) return std::nullopt;
    auto training = sequence_->next({next_});
    exhausted_ = !training;
    if (!training) return training;
    next_ = training->id.value + 1;
    training->id = {begun_++};
    ended_.push_back(false);
    return training;
  }
  bool exhausted() const override { return exhausted_; }
  void learn(const Training& training, std::size_t milestone, const Ended&) override {
    if (milestone + 1 < training.trials()) return;
    ended_[training.id.value] = true;
    while (first_open_ < begun_ && ended_[first_open_]) ++first_open_;
  }
  std::optional<std::uint64_t> trials() override { return sequence_->trials(); }

 private:
  std::unique_ptr<Sequence> sequence_;
  std::uint64_t width_, next_ = 0, begun_ = 0, first_open_ = 0;
  std::vector<bool> ended_;
  bool exhausted_ = false;
};

simulation::Scenario scenario_of(std::size_t ranks, Policy policy) {
  simulation::Scenario scenario;
  scenario.ranks = ranks;
  scenario.policy = policy;
  return scenario;
}

ExpectedSearch result_of(const simulation::Replay& replay, std::uint64_t trainings, std::uint64_t trials) {
  return {replay.makespan, replay.efficiency(), trainings, trials};
}

/// For a method that knows all its trainings from the start.
std::optional<ExpectedSearch> of_sequence(const Space& space, const TrainingCost& cost, std::size_t ranks,
                                          ScheduleKind schedule) {
  const auto sequence = make_sequence(space);
  std::uint64_t left = space.limits.trials.value_or(std::numeric_limits<std::uint64_t>::max()), trials = 0;
  std::vector<Job> jobs;
  for (auto training = sequence->next({0}); training && left > 0; training = sequence->next({training->id.value + 1})) {
    if (jobs.size() == most_simulated) return std::nullopt;
    if (training->trials() > left) training->milestones.resize(left);
    left -= training->trials();
    trials += training->trials();
    jobs.push_back({cost.seconds(*training), static_cast<int>(training->gang)});
  }
  const Policy policy = schedule == ScheduleKind::synchronous ? Policy::synchronous : Policy::longest_first;
  return result_of(simulation::replay(jobs, scenario_of(ranks, policy)), jobs.size(), trials);
}

std::unique_ptr<Method> stand_in(const Space& space, std::size_t ranks) {
  if (!makes_proposals(space.method)) return make_method(space);
  return std::make_unique<Paced>(sobol_sequence(space), width_at_start(space, ranks));
}

bool too_many(const Space& space, Method& method) {
  const auto trials = limited_trials(space, method.trials());
  return !trials || *trials > most_simulated;
}

}  // namespace

std::optional<ExpectedSearch> expected_search(const Space& space, const TrainingCost& cost, std::size_t ranks,
                                              ScheduleKind schedule) {
  if (!is_adaptive(space.method)) return of_sequence(space, cost, ranks, schedule);
  auto method = stand_in(space, ranks);
  if (too_many(space, *method)) return std::nullopt;
  const auto lot = [](const Training& training) {
    return RandomStream(derive_seed(0, "lot", {training.id.value})).uniform();
  };
  MethodWorkload workload(
      space, std::move(method),
      {[&](const Training& training, std::int64_t done) { return cost.seconds(training, done); }, lot});
  const Policy policy = schedule == ScheduleKind::synchronous ? Policy::rounds : Policy::fifo;
  const auto replay = simulation::replay(workload, scenario_of(ranks, policy));
  return result_of(replay, workload.trainings(), workload.trials());
}

}  // namespace stormsweep
