#include <algorithm>
#include <deque>
#include <limits>
#include <numeric>
#include <optional>
#include <queue>
#include <random>
#include <set>

#include "master/schedule/simulation.hpp"

namespace stormsweep::simulation {

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// The jobs in the order in which a master hands them out.
std::vector<std::size_t> dispatch_order(std::span<const Job> jobs, const Scenario& scenario) {
  std::vector<std::size_t> order(jobs.size());
  std::iota(order.begin(), order.end(), 0);
  if (scenario.policy == Policy::fifo) return order;
  const auto shorter = [&](std::size_t a, std::size_t b) {
    return jobs[a].seconds != jobs[b].seconds ? jobs[a].seconds < jobs[b].seconds : a > b;
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(shorter)> window(shorter);
  std::size_t seen = 0;
  for (std::size_t& next : order) {
    while (seen < jobs.size() && window.size() < scenario.window) window.push(seen++);
    next = window.top();
    window.pop();
  }
  return order;
}

/// A master, its ranks and the clock. Every event costs the logarithm of their number.
class Simulation {
 public:
  Simulation(std::span<const Job> jobs, const Scenario& scenario)
      : jobs_(jobs), scenario_(scenario), order_(dispatch_order(jobs, scenario)), random_(scenario.seed) {
    result_.busy.resize(scenario.ranks);
    start_job(0);
  }

  Replay run() {
    for (start_what_fits(); !ends_.empty() || !waiting_.empty(); start_what_fits()) {
      if (ends_.empty()) {  // what waits needs more ranks than are left
        if (++result_.restarts > most_restarts) {
          result_.makespan = never;
          return std::move(result_);
        }
        start_job(now_ + scenario_.restart);
      } else if (failure_ < ends_.begin()->first) {
        now_ = failure_;
        fail(alive_[random_() % alive_.size()]);
      } else {
        now_ = ends_.begin()->first;
        finish(ends_.begin()->second);
      }
    }
    result_.makespan = now_;
    return std::move(result_);
  }

 private:
  static constexpr std::size_t idle = std::numeric_limits<std::size_t>::max();
  struct Running {
    std::size_t job;
    double begin, end;
    std::vector<std::size_t> ranks;
  };

  /// All ranks are there and free from `time` on.
  void start_job(double time) {
    now_ = master_free_ = time;
    alive_.resize(scenario_.ranks);
    std::iota(alive_.begin(), alive_.end(), 0);
    place_ = alive_;
    free_ = {alive_.begin(), alive_.end()};
    training_.assign(scenario_.ranks, idle);
    reserved_.reset();
    draw_failure();
  }

  /// An exponential wait has no memory: it is drawn anew whenever the number of ranks changes.
  void draw_failure() {
    const double rate = scenario_.failures_per_hour / 3600 * static_cast<double>(alive_.size());
    failure_ = rate > 0 ? now_ + std::exponential_distribution(rate)(random_) : never;
  }

  void start_what_fits() {
    while (true) {
      while (waiting_.size() <= scenario_.backfill && next_ < order_.size()) waiting_.push_back(order_[next_++]);
      if (waiting_.empty() || gang(waiting_.front()) > free_.size()) break;
      start(waiting_.front());
      waiting_.pop_front();
      reserved_.reset();
    }
    if (waiting_.empty() || free_.empty()) return;
    if (!reserved_) reserved_ = start_of(waiting_.front());
    for (std::size_t i = 1; i < waiting_.size() && !free_.empty();) {
      const std::size_t job = waiting_[i];
      if (gang(job) > free_.size() || beginning() + jobs_[job].seconds > *reserved_) {
        ++i;
        continue;
      }
      start(job);
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  /// When enough ranks will be free for a job: by the ends of what runs.
  double start_of(std::size_t job) const {
    std::size_t ranks = free_.size();
    for (const auto& [end, slot] : ends_) {
      ranks += running_[slot].ranks.size();
      if (ranks >= gang(job)) return end;
    }
    return never;
  }

  std::size_t gang(std::size_t job) const { return static_cast<std::size_t>(jobs_[job].gang); }
  double beginning() const { return std::max(now_, master_free_) + scenario_.dispatch + scenario_.latency; }

  void start(std::size_t job) {
    const std::size_t slot = spare_.empty() ? running_.size() : spare_.back();
    spare_.empty() ? static_cast<void>(running_.emplace_back()) : spare_.pop_back();
    Running& running = running_[slot];
    running.job = job;
    running.begin = beginning();
    running.end = running.begin + jobs_[job].seconds;
    running.ranks.clear();
    for (std::size_t i = 0; i < gang(job); ++i) {
      running.ranks.push_back(*free_.begin());
      training_[*free_.begin()] = slot;
      free_.erase(free_.begin());
    }
    master_free_ = std::max(now_, master_free_) + scenario_.dispatch;
    ends_.emplace(running.end, slot);
  }

  void finish(std::size_t slot) {
    result_.work += jobs_[running_[slot].job].seconds * static_cast<double>(running_[slot].ranks.size());
    stop(slot);
  }

  /// Its ranks are free again from now on.
  void stop(std::size_t slot) {
    const Running& running = running_[slot];
    ends_.erase({running.end, slot});
    const double began = std::min(running.begin, now_);  // a failure may strike while it is on its way
    for (const std::size_t rank : running.ranks) {
      result_.busy[rank] += now_ - began;
      if (scenario_.timeline) result_.timeline.push_back({rank, running.job, began, now_});
      training_[rank] = idle;
      free_.insert(rank);
    }
    spare_.push_back(slot);
  }

  void fail(std::size_t rank) {
    ++result_.failures;
    if (const std::size_t slot = training_[rank]; slot != idle) {
      waiting_.push_front(running_[slot].job);
      stop(slot);
    }
    free_.erase(rank);
    place_[alive_.back()] = place_[rank];
    alive_[place_[rank]] = alive_.back();
    alive_.pop_back();
    reserved_.reset();
    draw_failure();
  }

  std::span<const Job> jobs_;
  const Scenario& scenario_;
  std::vector<std::size_t> order_;
  std::mt19937_64 random_;
  Replay result_;
  double now_ = 0, failure_ = never;
  double master_free_ = 0;                         ///< when it has handed out what it is handing out
  std::size_t next_ = 0;                           ///< in `order_`
  std::deque<std::size_t> waiting_;                ///< jobs that may be started, the first one before all others
  std::optional<double> reserved_;                 ///< when the first one will start, if it has to wait
  std::vector<std::size_t> alive_, place_;         ///< ranks, and where in alive_ each stands
  std::set<std::size_t> free_;                     ///< alive and without work; the lowest works first
  std::vector<std::size_t> training_;              ///< the slot that a rank works on, or `idle`
  std::vector<Running> running_;                   ///< slots, spare ones included
  std::vector<std::size_t> spare_;                 ///< slots
  std::set<std::pair<double, std::size_t>> ends_;  ///< of what runs: time and slot
};

}  // namespace

Replay replay_dispatched(std::span<const Job> jobs, const Scenario& scenario) {
  return Simulation(jobs, scenario).run();
}

}  // namespace stormsweep::simulation
