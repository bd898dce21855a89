// The part of scale.py that needs no ranks: the dispatcher alone, with simulated ranks on a simulated clock. Prints,
// for each mix of trainings, "<mix> <ranks> <messages a second>".
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "master/schedule/dispatcher.hpp"

using namespace stormsweep;

namespace {

constexpr std::size_t ranks_a_host = 6;  // of Summit, where Kurth et al. (2018) used 27,360 GPUs

/// What the ranks do: training n takes `gang`(n) ranks and `seconds`(n).
struct Mix {
  std::string name;
  std::function<std::uint32_t(std::uint64_t)> gang;
  std::function<double(std::uint64_t)> seconds;
};

double unevenly(std::uint64_t number) {
  return 60 + static_cast<double>(number * 7919 % 1000) / 10;
}

const std::vector<Mix> mixes{
    {"alone", [](auto) { return 1U; }, unevenly},
    {"alone, of 1 ms", [](auto) { return 1U; }, [](auto) { return 0.001; }},
    {"gangs of 1 to 256", [](std::uint64_t number) { return 1U << (number * 5 % 9); }, unevenly},
    {"gangs of 6, beside a third of the ranks", [](std::uint64_t n) { return n % 1000 == 500 ? 9120U : 6U; }, unevenly},
};

/// All ranks of a job, and the time at which each ends its training. A gang's leader ends it for all of them.
class Job {
 public:
  Job(const Mix& mix, std::size_t ranks, std::uint64_t trainings)
      : mix_(mix),
        left_(trainings),
        queues_(ranks + 1),
        dispatcher_(
            {.workers = ranks}, [this] { return next(); }, Seconds(0),
            [&mix](const Training& training) { return std::optional(Seconds(mix.seconds(training.id.value))); }) {
    for (std::size_t rank = 1; rank <= ranks; ++rank)
      tell(event::Joined{WorkerId{rank}, fmt::format("host{:05}", (rank - 1) / ranks_a_host)}, 0);
  }

  /// Runs until all trainings have ended; returns the messages that the dispatcher handles in a second of a core.
  double run() {
    const std::clock_t begin = std::clock();
    while (!ends_.empty()) {
      const auto [time, rank] = ends_.top();
      ends_.pop();
      end(rank, time);
    }
    return static_cast<double>(told_) * CLOCKS_PER_SEC / static_cast<double>(std::clock() - begin);
  }

 private:
  struct Held {
    Training training;
    std::uint64_t gang = 0;
    std::vector<WorkerId> members;
  };

  Supply next() {
    if (left_ == 0) return Supply::Later::never;
    Training training;
    training.id = TrainingId{--left_};
    training.gang = mix_.gang(left_);
    return std::optional(training);
  }

  void end(std::size_t rank, double time) {
    const Held held = std::move(queues_[rank].front());
    queues_[rank].pop_front();
    if (!queues_[rank].empty()) begin(rank, time);
    tell(event::Finished{WorkerId{rank}, held.training.id, 0}, time);
    for (const WorkerId member : held.members) tell(event::Left{member, held.gang}, time);
  }

  void begin(std::size_t rank, double time) {
    ends_.emplace(time + mix_.seconds(queues_[rank].front().training.id.value), rank);
  }

  void put(std::size_t rank, Held held, double time) {
    queues_[rank].push_back(std::move(held));
    if (queues_[rank].size() == 1) begin(rank, time);
  }

  void tell(const Event& event, double time) {
    ++told_;
    for (Action& action : dispatcher_.on(event, Seconds(time))) {
      if (auto* assign = std::get_if<action::Assign>(&action))
        for (Training& training : assign->trainings) put(assign->worker.value, {std::move(training), 0, {}}, time);
      if (auto* gang = std::get_if<action::AssignGang>(&action))
        put(gang->members[0].value, {std::move(gang->training), gang->gang, gang->members}, time);
    }
  }

  const Mix& mix_;
  std::uint64_t left_, told_ = 0;
  std::vector<std::deque<Held>> queues_;  ///< by rank
  using End = std::pair<double, std::size_t>;
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
  Dispatcher dispatcher_;
};

}  // namespace

int main(int count, char** words) {
  const std::uint64_t trainings = count > 1 ? std::strtoull(words[1], nullptr, 10) : 50'000;
  for (const std::size_t ranks : {64UL, 27'360UL})
    for (const Mix& mix : mixes) fmt::print("{}\t{}\t{:.0f}\n", mix.name, ranks, Job(mix, ranks, trainings).run());
}
