// Halving under both schedules as they are, on a clock of the test's own: how busy it keeps the ranks.
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <queue>

#include "master/schedule/dispatcher.hpp"
#include "master/schedule/round_master.hpp"
#include "search/base/random.hpp"
#include "search/methods/methods.hpp"

using namespace stormsweep;

namespace {

Space space_of(int brackets) {
  return parse_space(
      R"({"name": "h", "experiment": "noop", "method": {"name": "halving", "size": 81, "brackets": )" +
          std::to_string(brackets) +
          R"(}, "parameters": {"index": {"min": 0, "max": 1000000000}, "epochs": {"min": 1, "max": 81}}})",
      "h.json", "/");
}

/// An epoch takes 0.5 to 1.5 s, by configuration; a rung goes on from the one below.
double seconds_of(const Training& training) {
  const double epoch = 0.5 + RandomStream(training.id.value).uniform();
  const std::uint32_t rung = training.rung->number;
  return epoch * static_cast<double>(training.milestones[0] - (rung == 0 ? 0 : training.milestones[0] / 3));
}

/// Better with every epoch, towards a limit of its own.
double value_of(const Training& training) {
  RandomStream stream(training.id.value + 12345);
  return stream.uniform() - stream.uniform() / static_cast<double>(training.milestones[0]);
}

struct Run {
  double makespan = 0, work = 0;
  double first_whole = 0;       ///< when the first training has come to the last rung
  double busy_until_drawn = 0;  ///< share of the ranks' time that is work, until the last bracket is begun
  std::size_t trials = 0;

  double efficiency(std::size_t ranks) const { return work / (makespan * static_cast<double>(ranks)); }
};

/// Hands out by `Schedule` to `ranks` ranks until all is done.
template <class Schedule>
class Simulation {
 public:
  Simulation(const Space& space, std::size_t ranks)
      : ranks_(ranks), method_(make_method(space)), schedule_(make_schedule()) {}

  Run run() {
    for (std::uint64_t rank = 1; rank <= ranks_; ++rank) carry_out(schedule_.on(event::Joined{WorkerId{rank}}, now_));
    while (!ends_.empty()) {
      const auto [at, rank] = ends_.top();
      ends_.pop();
      now_ = at;
      const Training ended = running_.at(rank).front();
      running_[rank].pop_front();
      ++run_.trials;
      if (ended.milestones[0] == 81 && run_.first_whole == 0) run_.first_whole = now_.count();
      const auto actions = schedule_.on(event::Finished{WorkerId{rank}, ended.id, 0}, now_);
      method_->learn(ended, 0, {value_of(ended)});
      begin(rank);
      carry_out(actions);
      carry_out(schedule_.on(event::Supplied{}, now_));
    }
    run_.makespan = now_.count();
    double busy = 0;
    for (const auto& [from, to] : work_) busy += std::max(0.0, (std::min(to, drawn_) - from).count());
    run_.busy_until_drawn = busy / (drawn_.count() * static_cast<double>(ranks_));
    return run_;
  }

 private:
  Schedule make_schedule() {
    const DispatchPolicy policy{.workers = ranks_};
    const auto expected = [](const Training& training) { return std::optional(Seconds(seconds_of(training))); };
    const auto source = [this]() -> Supply {
      if (auto training = method_->next()) return training;
      return method_->exhausted() ? Supply::Later::never : Supply::Later::when_others_end;
    };
    if constexpr (std::is_same_v<Schedule, Dispatcher>)
      return Dispatcher(policy, source, Seconds(0), expected);
    else
      return RoundMaster(policy, source, expected, Seconds(0));
  }

  void carry_out(const std::vector<Action>& actions) {
    for (const Action& action : actions)
      if (const auto* assign = std::get_if<action::Assign>(&action)) {
        const std::uint64_t rank = assign->worker.value;
        const bool idle = running_[rank].empty();
        running_[rank].insert(running_[rank].end(), assign->trainings.begin(), assign->trainings.end());
        if (idle) begin(rank);
      }
  }
  void begin(std::uint64_t rank) {
    if (running_[rank].empty()) return;
    const double seconds = seconds_of(running_[rank].front());
    run_.work += seconds;
    ends_.emplace(now_ + Seconds(seconds), rank);
    work_.emplace_back(now_, now_ + Seconds(seconds));
    if (running_[rank].front().rung->number == 0) drawn_ = now_;
  }

  std::size_t ranks_;
  std::unique_ptr<Method> method_;
  Seconds now_{0}, drawn_{0};  ///< drawn: when the last new configuration was begun
  std::vector<std::pair<Seconds, Seconds>> work_;
  std::map<std::uint64_t, std::deque<Training>> running_;
  std::priority_queue<std::pair<Seconds, std::uint64_t>, std::vector<std::pair<Seconds, std::uint64_t>>, std::greater<>>
      ends_;
  Run run_;
  Schedule schedule_;
};

}  // namespace

TEST_CASE("halving keeps 16 ranks busy while brackets overlap; barriers do not") {
  const Space many = space_of(16), one = space_of(1);
  const Run overlapping = Simulation<Dispatcher>(many, 16).run();
  CHECK(overlapping.trials == 16 * 121);
  CHECK(overlapping.busy_until_drawn > 0.95);
  CHECK(overlapping.efficiency(16) > 0.75);
  const Run rounds = Simulation<RoundMaster>(many, 16).run();
  CHECK(rounds.trials == overlapping.trials);
  CHECK(rounds.work == doctest::Approx(overlapping.work));  // the same trainings
  const Run alone = Simulation<Dispatcher>(one, 16).run();
  MESSAGE("16 brackets, overlapping: ", overlapping.efficiency(16), " (", overlapping.busy_until_drawn,
          " while there are new configurations), first whole training after ", overlapping.first_whole, " s");
  MESSAGE("16 brackets in rounds: ", rounds.efficiency(16), ", first after ", rounds.first_whole, " s");
  MESSAGE("1 bracket: ", alone.efficiency(16), ", first after ", alone.first_whole, " s");
}
