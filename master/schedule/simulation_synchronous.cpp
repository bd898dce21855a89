#include "master/schedule/simulation.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>
#include <tuple>

#include "master/schedule/synchronous_master.hpp"
#include "search/methods/synchronous.hpp"

namespace stormsweep::simulation {

namespace {

/// One synchronous job, from `begin` on: shares of all missing trainings.
class SynchronousJob {
 public:
  SynchronousJob(std::span<const Job> jobs, const std::vector<std::size_t>& missing, const Scenario& scenario,
                 double begin, Replay& result)
      : jobs_(jobs),
        scenario_(scenario),
        result_(result),
        now_(begin),
        free_(scenario.ranks, begin),
        ranks_(scenario.ranks),
        master_(
            policy_of(scenario), [this](TrainingId id) { return training_of(jobs_[id.value], id.value); },
            Seconds(begin)) {
    std::vector<int> sizes;
    for (const std::size_t job : missing) sizes.push_back(jobs[job].gang);
    std::sort(sizes.begin(), sizes.end(), std::greater());
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
    for (const int size : sizes) deal(missing, size);
  }

  /// When it ends if no rank dies.
  double end() const { return *std::max_element(free_.begin(), free_.end()); }

  /// Rank `victim` dies at `failure`. Returns when the job has ended.
  double run(double failure, std::size_t victim) {
    for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
      carry_out(master_.on(event::Joined{worker(rank)}, Seconds(now_)));
      if (ranks_[rank].left == 0) carry_out(master_.began(worker(rank), std::nullopt, Seconds(now_)));
    }
    const double notice = failure + scenario_.master.lost_after.count() + tick;
    for (const Moment& moment : moments()) {
      if (moment.time > failure && !dead_) die(victim, failure);
      if (moment.time > notice) break;
      now_ = moment.time;
      moment.is_end ? end(turns_[moment.turn]) : begin(turns_[moment.turn]);
    }
    if (!ended_ && !dead_) die(victim, failure);
    if (!ended_) notice_silence(notice);
    return now_;
  }

  /// Jobs not finished when this one ended, ascending.
  std::vector<std::size_t> missing() const {
    std::vector<std::size_t> found;
    for (const Turn& turn : turns_)
      if (!turn.done) found.push_back(turn.job);
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  struct Turn {
    std::size_t job, first, width;  ///< its gang's first rank, and how many
    double begin, end;
    bool done = false;
  };
  struct Rank {
    std::size_t left = 0;         ///< turns
    const Turn* doing = nullptr;  ///< its current turn
    bool stuck = false;           ///< dead, or waiting for a rank that is
  };
  struct Moment {
    double time;
    std::size_t turn;
    bool is_end;
    bool operator<(const Moment& other) const {
      return std::tie(time, turn, is_end) < std::tie(other.time, other.turn, other.is_end);
    }
  };

  void deal(const std::vector<std::size_t>& missing, int size) {
    const auto width = static_cast<std::size_t>(size);
    const std::size_t gangs = free_.size() / width;
    std::uint64_t dealt = 0;
    for (const std::size_t job : missing) {
      if (jobs_[job].gang != size) continue;
      const std::size_t first = dealt_to(dealt++, gangs) * width;
      const auto begin = free_.begin() + static_cast<std::ptrdiff_t>(first);
      const double start = *std::max_element(begin, begin + size) + scenario_.latency;
      std::fill_n(begin, width, start + jobs_[job].seconds);
      turns_.push_back({job, first, width, start, start + jobs_[job].seconds});
      for (std::size_t rank = first; rank < first + width; ++rank) ++ranks_[rank].left;
    }
  }

  std::vector<Moment> moments() const {
    std::vector<Moment> moments;
    for (std::size_t i = 0; i < turns_.size(); ++i) {
      moments.push_back({turns_[i].begin, i, false});
      moments.push_back({turns_[i].end, i, true});
    }
    std::sort(moments.begin(), moments.end());
    return moments;
  }

  static WorkerId worker(std::size_t rank) { return {rank + 1}; }
  std::span<Rank> members(const Turn& turn) { return std::span(ranks_).subspan(turn.first, turn.width); }
  bool stuck(const Turn& turn) {
    return std::any_of(members(turn).begin(), members(turn).end(), [](const Rank& rank) { return rank.stuck; });
  }

  /// A rank that waits for a mate that is dead, or stuck itself, waits for ever.
  void begin(const Turn& turn) {
    const bool waits = stuck(turn);
    for (std::size_t rank = turn.first; rank < turn.first + turn.width; ++rank) {
      ranks_[rank].stuck |= waits;
      if (waits) continue;
      ranks_[rank].doing = &turn;
      carry_out(master_.began(worker(rank), TrainingId{turn.job}, Seconds(now_)));
    }
  }

  void end(Turn& turn) {
    if (stuck(turn)) return;
    for (std::size_t rank = turn.first; rank < turn.first + turn.width; ++rank) stop(rank);
    turn.done = true;
    result_.work += jobs_[turn.job].seconds * jobs_[turn.job].gang;
    result_.makespan = now_;
    carry_out(master_.on(event::Finished{worker(turn.first), TrainingId{turn.job}, 0}, Seconds(now_)));
    for (std::size_t rank = turn.first; rank < turn.first + turn.width; ++rank)
      if (--ranks_[rank].left == 0) carry_out(master_.began(worker(rank), std::nullopt, Seconds(now_)));
  }

  /// The rank stops training.
  void stop(std::size_t rank) {
    const Turn* turn = std::exchange(ranks_[rank].doing, nullptr);
    if (!turn) return;
    result_.busy[rank] += now_ - turn->begin;
    if (scenario_.timeline) result_.timeline.push_back({rank, turn->job, turn->begin, now_});
  }

  void die(std::size_t rank, double time) {
    now_ = time;
    dead_ = worker(rank);
    ++result_.failures;
    carry_out(master_.on(event::Heard{*dead_}, Seconds(now_)));  // its last sign of life
    if (const Turn* turn = ranks_[rank].doing)
      for (Rank& mate : members(*turn)) mate.stuck = true;
    ranks_[rank].stuck = true;
    stop(rank);
  }

  void notice_silence(double time) {
    now_ = time;
    for (std::size_t rank = 0; rank < ranks_.size(); ++rank)
      if (worker(rank) != dead_) carry_out(master_.on(event::Heard{worker(rank)}, Seconds(now_)));
    carry_out(master_.on(event::Tick{}, Seconds(now_)));
  }

  void carry_out(const std::vector<Action>& actions) {
    for (const Action& action : actions) {
      ended_ |= std::holds_alternative<action::End>(action);
      const auto* told = std::get_if<action::Stop>(&action);
      if (!told || told->worker == dead_) continue;
      stop(static_cast<std::size_t>(told->worker.value) - 1);
      carry_out(master_.on(event::Stopped{told->worker}, Seconds(now_)));
    }
  }

  std::span<const Job> jobs_;
  const Scenario& scenario_;
  Replay& result_;
  double now_;
  std::vector<double> free_;  ///< when each rank will have finished what it was dealt so far
  std::vector<Turn> turns_;
  std::vector<Rank> ranks_;
  SynchronousMaster master_;
  std::optional<WorkerId> dead_;
  bool ended_ = false;
};

}  // namespace

Replay replay_synchronous(std::span<const Job> jobs, const Scenario& scenario) {
  std::mt19937_64 random(scenario.seed);
  const double rate = scenario.failures_per_hour / 3600 * static_cast<double>(scenario.ranks);
  Replay result;
  result.busy.resize(scenario.ranks);
  std::vector<std::size_t> missing(jobs.size());
  std::iota(missing.begin(), missing.end(), 0);
  for (double begin = 0; !missing.empty();) {
    SynchronousJob job(jobs, missing, scenario, begin, result);
    const double failure = rate > 0 ? begin + std::exponential_distribution(rate)(random) : never;
    begin = job.run(failure, random() % scenario.ranks) + scenario.restart;
    missing = job.missing();
    if (missing.empty()) break;
    if (++result.restarts > most_restarts) {
      result.makespan = never;
      break;
    }
  }
  return result;
}

}  // namespace stormsweep::simulation
