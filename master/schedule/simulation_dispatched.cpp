#include "master/schedule/simulation.hpp"

#include <algorithm>
#include <deque>
#include <numeric>
#include <optional>
#include <queue>
#include <random>
#include <tuple>
#include <variant>

#include "master/schedule/dispatcher.hpp"
#include "master/schedule/round_master.hpp"

namespace stormsweep::simulation {

namespace {

/// The missing jobs in the order in which they go to the Dispatcher.
std::vector<std::size_t> dispatch_order(std::span<const Job> jobs, std::vector<std::size_t> missing,
                                        const Scenario& scenario) {
  if (scenario.policy == Policy::fifo) return missing;
  const auto shorter = [&](std::size_t a, std::size_t b) {
    return jobs[a].seconds != jobs[b].seconds ? jobs[a].seconds < jobs[b].seconds : a > b;
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(shorter)> window(shorter);
  std::vector<std::size_t> order;
  std::size_t seen = 0;
  while (order.size() < missing.size()) {
    while (seen < missing.size() && window.size() < scenario.window) window.push(missing[seen++]);
    order.push_back(window.top());
    window.pop();
  }
  return order;
}

/// Jobs that are all known from the start.
class Listed : public Workload {
 public:
  Listed(std::span<const Job> jobs, const Scenario& scenario)
      : jobs_(jobs), scenario_(scenario), done_(jobs.size()), left_(jobs.size()) {}

  void begin() override {
    std::vector<std::size_t> missing;
    for (std::size_t job = 0; job < jobs_.size(); ++job)
      if (!done_[job]) missing.push_back(job);
    order_ = dispatch_order(jobs_, std::move(missing), scenario_);
    next_ = 0;
  }
  Supply next() override {
    if (next_ == order_.size()) return Supply::Later::never;
    const std::size_t number = order_[next_++];
    return std::optional(training_of(jobs_[number], number));
  }
  Job job(std::size_t number) const override { return jobs_[number]; }
  void end(std::size_t number) override {
    done_[number] = true;
    --left_;
  }
  bool over() const override { return left_ == 0; }

 private:
  std::span<const Job> jobs_;
  const Scenario& scenario_;
  std::vector<bool> done_;
  std::size_t left_;  ///< jobs that are not done
  std::vector<std::size_t> order_;
  std::size_t next_ = 0;
};

/// The ranks, the clock, and the messages between master and ranks.
class Simulation {
 public:
  Simulation(Workload& workload, const Scenario& scenario)
      : workload_(workload), scenario_(scenario), random_(scenario.seed) {
    result_.busy.resize(scenario.ranks);
  }

  Replay run() {
    for (start_job(0); !workload_.over(); deliver()) {
      if (hopeless()) {
        result_.makespan = never;
        break;
      }
      if (ended_) {
        ++result_.restarts;
        start_job(now_ + scenario_.restart);
        continue;
      }
      const double end = ends_.empty() ? never : ends_.top().time;
      const double notice = notices_.empty() ? never : notices_.front();
      now_ = std::min({end, notice, failure_});
      if (now_ == failure_) {
        fail(alive_[random_() % alive_.size()]);
      } else if (now_ == notice) {
        notice_silence();
      } else {
        const End next = ends_.top();
        ends_.pop();
        finish(next);
      }
    }
    return std::move(result_);
  }

 private:
  using Schedule = std::variant<Dispatcher, RoundMaster>;
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  struct Turn {
    std::size_t job;
    std::uint64_t gang = 0;  ///< 0: a rank alone
    std::vector<std::size_t> members;
  };
  /// What a rank trains, alone or in a gang, and what it will train after that.
  struct Rank {
    std::size_t place = none;  ///< in `alive_`; none: it is dead, or has left
    std::uint64_t run = 0;     ///< number of its current run; 0: none
    std::size_t job = 0, leader = 0;
    double begin = 0;
    std::vector<std::size_t> members;  ///< of the run, if it leads it
    bool whole = true;                 ///< every member of the run that it leads is alive
    std::deque<Turn> in_hand;
    double heard = 0;  ///< when the master last heard it
  };
  struct End {
    double time;
    std::uint64_t run;
    std::size_t leader;
    std::uint64_t gang;  ///< 0: a rank alone
    bool operator>(const End& other) const { return std::tie(time, run) > std::tie(other.time, other.run); }
  };

  /// All ranks are present from `time` on, and join one after the other.
  void start_job(double time) {
    now_ = master_free_ = time;
    ended_ = joined_ = false;
    ends_ = {};
    notices_.clear();
    alive_.resize(scenario_.ranks);
    std::iota(alive_.begin(), alive_.end(), 0);
    ranks_.assign(scenario_.ranks, {});
    for (std::size_t rank = 0; rank < scenario_.ranks; ++rank) ranks_[rank].place = rank;
    draw_failure();

    workload_.begin();
    schedule_.emplace(make_schedule());
    for (std::size_t rank = 0; rank < scenario_.ranks; ++rank) {
      joined_ = rank + 1 == scenario_.ranks;
      say(rank, event::Joined{worker(rank)});
      deliver();
    }
  }

  bool hopeless() const {
    return result_.restarts > most_restarts || vain_failures_ > most_failures + 10 * scenario_.ranks;
  }

  Schedule make_schedule() {
    const auto source = [this] {
      Supply supply = workload_.next();
      decides_ |= supply.later == Supply::Later::when_others_end;
      return supply;
    };
    const auto expected = [this](const Training& training) {
      return joined_ ? std::optional(Seconds(workload_.job(training.id.value).seconds)) : std::nullopt;
    };
    if (scenario_.policy == Policy::rounds) return RoundMaster(policy_of(scenario_), source, expected, Seconds(now_));
    return Dispatcher(policy_of(scenario_), source, Seconds(now_), expected, [this] { return joined_; });
  }

  /// The exponential distribution is memoryless, so the wait can be drawn anew whenever the number of ranks changes.
  void draw_failure() {
    const double rate = scenario_.failures_per_hour / 3600 * static_cast<double>(alive_.size());
    failure_ = rate > 0 ? now_ + std::exponential_distribution(rate)(random_) : never;
  }

  static WorkerId worker(std::size_t rank) { return {rank + 1}; }
  static std::size_t rank_of(WorkerId worker) { return static_cast<std::size_t>(worker.value) - 1; }
  bool alive(std::size_t rank) const { return ranks_[rank].place != none; }

  double master_time() const { return std::max(now_, master_free_); }
  void say(std::size_t rank, Event event) { inbox_.emplace_back(rank, std::move(event)); }

  /// Delivers messages to the master as soon as it has time, and its actions to the ranks.
  void deliver() {
    for (; !inbox_.empty(); inbox_.pop_front()) {
      master_free_ = master_time();
      const auto& [rank, event] = inbox_.front();
      if (rank != none) ranks_[rank].heard = master_free_;
      const auto decide = [&](auto& schedule) { return schedule.on(event, Seconds(master_free_)); };
      for (const Action& action : std::visit(decide, *schedule_)) std::visit([this](const auto& a) { act(a); }, action);
    }
  }

  void act(const action::Assign& assign) {
    const std::size_t rank = rank_of(assign.worker);
    master_free_ += scenario_.dispatch * static_cast<double>(assign.trainings.size());
    if (!alive(rank)) return;  // the master does not know yet
    for (const Training& training : assign.trainings) ranks_[rank].in_hand.push_back({training.id.value, 0, {rank}});
    begin_in_hand(rank, master_free_);
  }
  void act(const action::AssignGang& assign) {
    master_free_ += scenario_.dispatch;
    Turn turn{assign.training.id.value, assign.gang, {}};
    for (const WorkerId member : assign.members) turn.members.push_back(rank_of(member));
    for (const std::size_t member : turn.members) ranks_[member].in_hand.push_back(turn);
    begin_in_hand(turn.members[0], master_free_);
  }
  void act(const action::Record& record) {
    const Job job = workload_.job(record.training.id.value);
    result_.work += job.seconds * job.gang;
    result_.makespan = now_;
    vain_failures_ = 0;
    workload_.end(record.training.id.value);
    if (decides_) say(none, event::Supplied{});
  }
  void act(const action::Abandon& abandon) {
    const std::size_t rank = rank_of(abandon.worker);
    if (!alive(rank)) return;
    stop(rank);
    say(rank, event::Left{abandon.worker, abandon.gang});
  }
  void act(const action::Stop& stop) {
    const std::size_t rank = rank_of(stop.worker);
    if (!alive(rank)) return;
    if (ranks_[rank].run > 0) this->stop(rank);
    leave(rank);
    say(rank, event::Stopped{stop.worker});
  }
  void act(const action::End&) { ended_ = true; }
  void act(const action::Began&) {}
  void act(const action::Lost&) {}
  void act(const action::GiveUp&) {}

  /// Begins the next turn in hand once all its members have come to it. (With a dead member it begins, but never ends.)
  void begin_in_hand(std::size_t rank, double from) {
    if (ranks_[rank].in_hand.empty()) return;
    const Turn turn = ranks_[rank].in_hand.front();
    const auto ready = [&](std::size_t member) {
      const Rank& mate = ranks_[member];
      return !alive(member) || (mate.run == 0 && mate.in_hand.front().gang == turn.gang);
    };
    if (!std::all_of(turn.members.begin(), turn.members.end(), ready)) return;
    for (const std::size_t member : turn.members)
      if (!ranks_[member].in_hand.empty()) ranks_[member].in_hand.pop_front();
    begin(turn, from);
  }

  void begin(const Turn& turn, double from) {
    const double begin = from + scenario_.latency;
    const std::size_t leader = turn.members[0];
    const double end = std::min(begin + workload_.job(turn.job).seconds, std::numeric_limits<double>::max());
    ends_.push({end, ++last_run_, leader, turn.gang});  // before `never`, however long it takes
    ranks_[leader].whole =
        std::all_of(turn.members.begin(), turn.members.end(), [this](std::size_t m) { return alive(m); });
    for (const std::size_t member : turn.members) {
      Rank& rank = ranks_[member];
      rank.run = last_run_, rank.job = turn.job, rank.leader = leader, rank.begin = begin;
    }
    ranks_[leader].members = turn.members;
  }

  void finish(const End& end) {
    const Rank& leader = ranks_[end.leader];
    if (leader.run != end.run || !leader.whole) return;  // it was stopped, or has lost a member
    say(end.leader, event::Finished{worker(end.leader), TrainingId{leader.job}, 0});
    const std::vector<std::size_t> members = leader.members;
    for (const std::size_t member : members) {
      stop(member);
      if (end.gang > 0) say(member, event::Left{worker(member), end.gang});
    }
    for (const std::size_t member : members) begin_in_hand(member, now_);
  }

  /// The rank stops training.
  void stop(std::size_t rank) {
    const double began = std::min(ranks_[rank].begin, now_);  // it may be stopped before it has begun
    result_.busy[rank] += now_ - began;
    if (scenario_.timeline) result_.timeline.push_back({rank, ranks_[rank].job, began, now_});
    ranks_[rank].run = 0;
  }

  void leave(std::size_t rank) {
    ranks_[alive_.back()].place = ranks_[rank].place;
    alive_[ranks_[rank].place] = alive_.back();
    alive_.pop_back();
    ranks_[rank].place = none;
    draw_failure();
  }

  void fail(std::size_t rank) {
    ++result_.failures, ++vain_failures_;
    if (ranks_[rank].run > 0) {
      ranks_[ranks_[rank].leader].whole = false;
      stop(rank);
    }
    leave(rank);
    ranks_[rank].in_hand.clear();
    say(rank, event::Heard{worker(rank)});  // its last sign of life
    notices_.push_back(master_time() + scenario_.master.lost_after.count() + tick);
  }

  void notice_silence() {
    notices_.pop_front();
    for (const std::size_t rank : alive_)
      if (master_time() - ranks_[rank].heard > scenario_.master.lost_after.count() / 2)
        say(rank, event::Heard{worker(rank)});
    say(none, event::Tick{});
  }

  Workload& workload_;
  const Scenario& scenario_;
  std::mt19937_64 random_;
  Replay result_;
  std::optional<Schedule> schedule_;
  bool joined_ = false, ended_ = false;  ///< whether all ranks have joined, and the schedule has ended
  bool decides_ = false;                 ///< the workload decides from jobs that end
  double now_ = 0, failure_ = never;
  double master_free_ = 0;  ///< when it is done with what it has handed out
  std::vector<Rank> ranks_;
  std::vector<std::size_t> alive_;                                   ///< ranks
  std::deque<std::pair<std::size_t, Event>> inbox_;                  ///< messages from ranks to the master
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;  ///< ends of runs, even of some that were stopped
  std::deque<double> notices_;                                       ///< when the master looks for silent ranks
  std::uint64_t last_run_ = 0;
  std::uint64_t vain_failures_ = 0;  ///< since a training has ended
};

}  // namespace

Replay replay_dispatched(std::span<const Job> jobs, const Scenario& scenario) {
  Listed workload(jobs, scenario);
  return replay(workload, scenario);
}

Replay replay(Workload& workload, const Scenario& scenario) {
  return Simulation(workload, scenario).run();
}

}  // namespace stormsweep::simulation
