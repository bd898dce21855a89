#include "master/schedule/simulation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>
#include <random>

using namespace stormsweep::simulation;
using doctest::Approx;

namespace {

std::vector<Job> singles(const std::vector<double>& seconds) {
  std::vector<Job> jobs;
  for (const double s : seconds) jobs.push_back({s, 1});
  return jobs;
}

Replay play(const std::vector<Job>& jobs, std::size_t ranks, Policy policy, double failures = 0) {
  Scenario scenario;
  scenario.ranks = ranks;
  scenario.policy = policy;
  scenario.failures_per_hour = failures;
  scenario.timeline = true;
  return replay(jobs, scenario);
}

constexpr Policy all_policies[] = {Policy::fifo, Policy::longest_first, Policy::synchronous};

/// Each rank does one thing at a time, all members of a gang do it together, and (without failures) every job is done
/// once, in its time.
void check_sound(const Replay& r, const std::vector<Job>& jobs, std::size_t ranks) {
  std::vector<double> busy(ranks);
  std::map<std::size_t, std::vector<stormsweep::simulation::Interval>> by_job, by_rank;
  for (const auto& i : r.timeline) {
    by_job[i.job].push_back(i), by_rank[i.rank].push_back(i);
    busy[i.rank] += i.end - i.begin;
    REQUIRE(i.end <= r.makespan + 1e-9);
  }
  for (auto& [rank, intervals] : by_rank) {
    std::sort(intervals.begin(), intervals.end(), [](auto& a, auto& b) { return a.begin < b.begin; });
    for (std::size_t i = 1; i < intervals.size(); ++i) REQUIRE(intervals[i].begin >= intervals[i - 1].end - 1e-9);
    REQUIRE(busy[rank] == Approx(r.busy[rank]));
  }
  if (r.failures > 0) return;
  REQUIRE(by_job.size() == jobs.size());
  for (const auto& [job, intervals] : by_job) {
    REQUIRE(intervals.size() == static_cast<std::size_t>(jobs[job].gang));
    for (const auto& i : intervals) {
      REQUIRE(i.begin == intervals[0].begin);
      REQUIRE(i.end - i.begin == Approx(jobs[job].seconds));
    }
  }
}

double work(const std::vector<Job>& jobs) {
  double sum = 0;
  for (const Job& job : jobs) sum += job.seconds * job.gang;
  return sum;
}

/// The shortest makespan of single-rank jobs, by trying every way to place them.
double optimum(const std::vector<Job>& jobs, std::vector<double>& loads, std::size_t next = 0) {
  if (next == jobs.size()) return *std::max_element(loads.begin(), loads.end());
  double best = 1e300;
  for (double& load : loads) {
    load += jobs[next].seconds;
    best = std::min(best, optimum(jobs, loads, next + 1));
    load -= jobs[next].seconds;
  }
  return best;
}

}  // namespace

TEST_CASE("four trainings on two ranks, by hand") {
  const auto jobs = singles({1, 2, 3, 6});
  const Replay fifo = play(jobs, 2, Policy::fifo);  // 1 + 3, 2 + 6
  CHECK(fifo.makespan == 8);
  CHECK(fifo.busy == std::vector<double>{4, 8});
  CHECK(fifo.idle() == 4);
  CHECK(fifo.imbalance() == Approx(8 / 6.0));
  CHECK(fifo.efficiency() == Approx(12 / 16.0));
  CHECK(fifo.trials_per_hour(4) == 1800);
  const Replay longest = play(jobs, 2, Policy::longest_first);  // 6, 3 + 2 + 1
  CHECK(longest.makespan == 6);
  CHECK(longest.idle() == 0);
  const Replay synchronous = play(jobs, 2, Policy::synchronous);  // 1 + 6, 2 + 3
  CHECK(synchronous.makespan == 7);
  CHECK(synchronous.busy == std::vector<double>{7, 5});
}

TEST_CASE("a gang waits for its ranks, and what ends before it starts is let in front, by hand") {
  // Rank 0 is busy for 4 s. The gang of two waits for it; meanwhile rank 1 does the job of 3 s, but not that of 5 s.
  const std::vector<Job> jobs{{4, 1}, {2, 2}, {5, 1}, {3, 1}};
  const Replay r = play(jobs, 2, Policy::fifo);
  CHECK(r.makespan == 11);
  REQUIRE(r.timeline.size() == 5);
  CHECK(r.timeline[0].job == 3);
  CHECK((r.timeline[0].begin == 0 && r.timeline[0].end == 3));
  CHECK(r.timeline[1].job == 0);
  CHECK((r.timeline[2].job == 1 && r.timeline[2].begin == 4 && r.timeline[2].end == 6));
  CHECK((r.timeline[4].job == 2 && r.timeline[4].begin == 6));
}

TEST_CASE("the synchronous phases of gangs, by hand") {
  // Phase of gangs of two: ranks 0 and 1 train 2 s and 4 s; rank 2 is left over. Then single ranks are dealt jobs: 0,
  // 1, 2, 2.
  const std::vector<Job> jobs{{1, 1}, {2, 2}, {1, 1}, {4, 2}, {7, 1}, {3, 1}};
  const Replay r = play(jobs, 3, Policy::synchronous);
  CHECK(r.busy == std::vector<double>{7, 7, 10});
  CHECK(r.makespan == 10);
  CHECK(r.work == 24);
}

TEST_CASE("waits between trainings and the master's own time, by hand") {
  Scenario scenario;
  scenario.ranks = 2;
  scenario.latency = 0.5;
  const auto jobs = singles({1, 1, 1, 1});
  CHECK(replay(jobs, scenario).makespan == 3);
  scenario.policy = Policy::synchronous;
  CHECK(replay(jobs, scenario).makespan == 3);
  scenario.policy = Policy::fifo, scenario.latency = 0, scenario.dispatch = 0.25;  // starts at 0.25, 0.5, 1.5, 1.75
  CHECK(replay(jobs, scenario).makespan == 2.75);
}

TEST_CASE("the simulation keeps the Dispatcher's rules: what may overtake a waiting gang, by hand") {
  // 0: two ranks until 10 s. 1: the third until 3 s. 2: a gang of two that begins at 10 s. 3: alone, 50 s, is not done
  // by then, but does not take either of the two ranks that the gang needs; so it begins at 3 s rather than at 10 s.
  const std::vector<Job> jobs{{10, 2}, {3, 1}, {5, 2}, {50, 1}};
  Scenario scenario;
  scenario.ranks = 3;
  CHECK(replay(jobs, scenario).makespan == 53);
  scenario.master.lookahead = 0;
  CHECK(replay(jobs, scenario).makespan == 60);
}

TEST_CASE("the simulation keeps the Dispatcher's rules: trainings in hand wait for their rank, by hand") {
  // After its second training each rank gets 0.25 s of work in advance, two more trainings: so the long one waits for
  // job 4.
  const auto jobs = singles({0.125, 0.125, 0.125, 0.125, 0.125, 10, 0.125, 0.125});
  Scenario scenario;
  scenario.ranks = 2;
  scenario.master.in_hand = stormsweep::Seconds(0.25);
  CHECK(replay(jobs, scenario).makespan == 10.375);
  scenario.master.most_in_hand = 1;
  CHECK(replay(jobs, scenario).makespan == 10.25);
}

TEST_CASE("one at a time and without gangs: every training goes to the rank that is free first") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 50; ++round) {
    CAPTURE(round);
    const std::size_t ranks = 1 + random() % 6;
    std::vector<double> seconds(1 + random() % 50);
    for (double& s : seconds) s = 1 + double(random() % 64) / 8;
    for (const Policy policy : {Policy::fifo, Policy::longest_first}) {
      Replay r = play(singles(seconds), ranks, policy);
      if (policy == Policy::longest_first) std::sort(seconds.rbegin(), seconds.rend());
      std::vector<double> busy(ranks);
      for (const double s : seconds) *std::min_element(busy.begin(), busy.end()) += s;
      std::sort(r.busy.begin(), r.busy.end()), std::sort(busy.begin(), busy.end());  // two may be free at once
      REQUIRE(r.busy == busy);
      REQUIRE(r.makespan == busy.back());
    }
  }
}

TEST_CASE("a rank that dies is missed after its silence, and what it trained begins again elsewhere") {
  for (const double silence : {10.0, 100.0}) {
    CAPTURE(silence);
    Scenario scenario;
    scenario.ranks = 2, scenario.failures_per_hour = 1, scenario.timeline = true;
    scenario.master.lost_after = stormsweep::Seconds(silence);
    int seen = 0;
    for (; scenario.seed < 200; ++scenario.seed) {
      const Replay r = replay(singles({1000}), scenario);  // on rank 0
      if (r.failures != 1 || r.timeline.size() != 2) continue;
      REQUIRE((r.timeline[0].rank == 0 && r.timeline[1].rank == 1));
      REQUIRE(r.timeline[1].begin == Approx(r.timeline[0].end + silence).epsilon(0.2 / silence));
      REQUIRE(r.makespan == Approx(r.timeline[1].begin + 1000));
      ++seen;
    }
    CHECK(seen > 10);
  }
}

TEST_CASE("longest first is within Graham's bound of the optimum, 4/3 - 1/(3m)") {
  std::mt19937_64 random(4);
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const std::size_t ranks = 2 + random() % 2, count = 3 + random() % 6;
    std::vector<double> seconds;
    for (std::size_t i = 0; i < count; ++i) seconds.push_back(1 + double(random() % 20));
    const auto jobs = singles(seconds);
    std::vector<double> loads(ranks);
    const double best = optimum(jobs, loads), m = double(ranks);
    REQUIRE(play(jobs, ranks, Policy::longest_first).makespan <= best * (4.0 / 3 - 1 / (3 * m)) + 1e-9);
    REQUIRE(play(jobs, ranks, Policy::fifo).makespan <= best * (2 - 1 / m) + 1e-9);
    for (const Policy policy : all_policies) REQUIRE(play(jobs, ranks, policy).makespan >= best - 1e-9);
  }
}

TEST_CASE("random gangs: nobody does two things at once, and everything is done once") {
  std::mt19937_64 random(9);
  for (int round = 0; round < 100; ++round) {
    CAPTURE(round);
    std::vector<Job> jobs(1 + random() % 60);
    for (Job& job : jobs) job = {0.1 + double(random() % 1000) / 100, 1 << (random() % 3)};
    const std::size_t ranks = 4 + random() % 9;
    for (const Policy policy : all_policies) {
      const Replay r = play(jobs, ranks, policy);
      check_sound(r, jobs, ranks);
      REQUIRE(r.work == Approx(work(jobs)));
      REQUIRE(r.makespan >= work(jobs) / double(ranks) - 1e-9);
      check_sound(play(jobs, ranks, policy, 60), jobs, ranks);
    }
  }
}

TEST_CASE("what was let in front of a gang did not delay it") {
  std::mt19937_64 random(10);
  for (int round = 0; round < 100; ++round) {
    CAPTURE(round);
    std::vector<Job> jobs(40);
    for (Job& job : jobs) job = {1 + double(random() % 100), random() % 4 ? 1 : 4};
    Scenario scenario;
    scenario.ranks = 6, scenario.timeline = true, scenario.master.lookahead = 0;
    const Replay strict = replay(jobs, scenario);
    scenario.master.lookahead = 64;
    const Replay filled = replay(jobs, scenario);
    const auto first_gang =
        std::find_if(jobs.begin(), jobs.end(), [](const Job& j) { return j.gang > 1; }) - jobs.begin();
    const auto start = [&](const Replay& r) {
      return std::find_if(r.timeline.begin(), r.timeline.end(),
                          [&](const auto& i) { return i.job == std::size_t(first_gang); })
          ->begin;
    };
    REQUIRE(start(filled) <= start(strict) + 1e-9);
  }
}

TEST_CASE("failures: all is done in the end, with lost work and longer") {
  const auto jobs = singles(std::vector<double>(400, 100));
  for (const Policy policy : all_policies) {
    const Replay calm = play(jobs, 20, policy), rough = play(jobs, 20, policy, 0.5);
    CHECK(calm.makespan == Approx(2000));
    CHECK(rough.failures > 0);
    CHECK(rough.work == Approx(40'000));
    CHECK(rough.makespan > calm.makespan);
    CHECK(rough.makespan < 20 * calm.makespan);
    CHECK(play(jobs, 20, policy, 0.5).makespan == rough.makespan);  // the same seed
  }
  CHECK(play(jobs, 20, Policy::fifo, 0.5).restarts == 0);
  CHECK(play(jobs, 20, Policy::synchronous, 0.5).restarts == play(jobs, 20, Policy::synchronous, 0.5).failures);
}

TEST_CASE("failures come at their rate") {
  // 1,000 ranks with 1 failure in 100 hours each, about 1,000 s of work: 2.8 failures are expected; mean of 200 seeds.
  const auto jobs = singles(std::vector<double>(10'000, 100));
  Scenario scenario;
  scenario.ranks = 1000, scenario.failures_per_hour = 0.01;
  double failures = 0;
  for (scenario.seed = 0; scenario.seed < 200; ++scenario.seed) failures += double(replay(jobs, scenario).failures);
  CHECK(failures / 200 == Approx(2.8).epsilon(0.15));
}

TEST_CASE("trainings that together take longer than any number all end") {
  for (const Policy policy : all_policies) {
    const Replay r = play(singles({1e308, 1e308, 1e308}), 1, policy);
    CHECK(r.restarts == 0);
    CHECK(r.makespan >= 1e308);
  }
}

TEST_CASE("a gang larger than what is left starts the job again; one that never lives long enough never ends") {
  const Replay r = play({{1000, 4}, {1000, 4}, {1000, 4}}, 4, Policy::fifo, 0.3);
  CHECK(r.restarts > 0);
  CHECK(r.restarts == r.failures);
  CHECK(r.work == 12'000);
  for (const Policy policy : all_policies) CHECK(std::isinf(play({{1e6, 2}}, 2, policy, 100).makespan));
}

TEST_CASE("many ranks, none of which lives long enough for a training, are given up after a few failures of each") {
  const auto jobs = singles(std::vector<double>(100, 100 * 3600.0));
  for (const Policy policy : all_policies) {
    const Replay r = play(jobs, 1000, policy, 1);
    CHECK(std::isinf(r.makespan));
    CHECK(r.failures <= most_failures + 10 * 1000 + 1);
  }
}

TEST_CASE("drawing keeps the grid's order") {
  const auto jobs = singles({1, 2, 3, 4, 5});
  const auto drawn = draw(jobs, 1000, 7);
  CHECK(drawn.size() == 1000);
  CHECK(std::is_sorted(drawn.begin(), drawn.end(), [](const Job& a, const Job& b) { return a.seconds < b.seconds; }));
  CHECK(work(drawn) == Approx(3000).epsilon(0.1));
  CHECK(work(draw(jobs, 1000, 7)) == work(drawn));
}

TEST_CASE("100,000 trainings on 10,000 ranks in seconds of processor time, not minutes") {
  std::mt19937_64 random(1);
  std::vector<Job> jobs(100'000);
  for (Job& job : jobs) job = {1 + double(random() % 10'000), random() % 10 ? 1 : 1 << (random() % 6)};
  for (const Policy policy : all_policies) {
    Scenario scenario;
    scenario.ranks = 10'000, scenario.policy = policy;
    const std::clock_t begin = std::clock();
    const Replay r = replay(jobs, scenario);
    const double seconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
    MESSAGE(to_string(policy), ": ", seconds, " s, efficiency ", r.efficiency());
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(seconds < 10);  // 0.6 s on a quiet machine
#endif
    CHECK(r.efficiency() > 0.6);
  }
}
