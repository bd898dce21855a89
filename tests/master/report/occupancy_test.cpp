#include "master/report/occupancy.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <tuple>

#include "master/report/metric_comparison.hpp"
#include "master/report/schedule_replays.hpp"
#include "master/report/search_report.hpp"
#include "search/base/error.hpp"
#include "search/methods/methods.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;
using doctest::Approx;

namespace {

constexpr double epoch = 1.7e9;

Outcome ended(double begin, double end, double metric = 0.5) {
  Outcome o = outcome(metric);
  o.started = epoch + begin, o.finished = epoch + end;
  return o;
}

WorkerInfo rank(std::uint64_t number) {
  WorkerInfo info = worker();
  info.id = WorkerId{number};
  info.ranks = std::to_string(number);
  return info;
}

}  // namespace

TEST_CASE("two ranks of three, by hand") {
  // Rank 1: 0-4, 5-6. Rank 2: 1-3. Rank 3: nothing.
  const std::vector<BusyInterval> intervals{{{1}, 100, 104, 2}, {{2}, 101, 103, 1}, {{1}, 105, 106, 1}};
  const Occupancy o = occupancy(intervals, 3);
  CHECK(o.makespan == 6);
  CHECK(o.trials == 4);
  CHECK(o.trials_per_hour() == 2400);
  REQUIRE(o.ranks.size() == 3);
  CHECK(o.ranks[0].busy_seconds == 5);
  CHECK(o.ranks[0].wait_seconds == 1);
  CHECK(o.ranks[1].idle_seconds == 4);
  CHECK(o.ranks[1].wait_seconds == 1);  // before its first interval; idle time after the last is not a wait
  CHECK(o.ranks[2].idle_seconds == 6);
  CHECK(o.ranks[2].wait_seconds == 0);
  CHECK(o.busy() == 7);
  CHECK(o.idle() == 11);
  CHECK(o.imbalance() == Approx(5 * 3 / 7.0));
  CHECK(o.latency() == 1);
  CHECK(timeline(o, 0, 12, 12) == "####.#      ");
  CHECK(timeline(o, 1, 6, 6) == ".##...");
  CHECK(timeline(o, 2, 6, 3) == "...");
  CHECK(timeline(o, 0, 6, 3) == "###");
}

TEST_CASE("two jobs at once, whose databases were joined, have a rank 1 each") {
  const std::vector<BusyInterval> intervals{{{1}, 0, 4, 1}, {{1}, 4, 6, 1}, {{2}, 0, 5, 1},
                                            {{1}, 1, 5, 1}, {{2}, 2, 6, 1}, {{1}, 6, 7, 1}};
  const Occupancy o = occupancy(intervals, 2);
  REQUIRE(o.ranks.size() == 4);
  CHECK(o.ranks[0].busy_seconds == 7);
  CHECK(o.ranks[1].busy_seconds == 5);
  CHECK(o.ranks[2].busy_seconds == 4);
  CHECK(o.ranks[3].busy_seconds == 4);
  CHECK(o.busy() + o.idle() == 4 * 7);
}

TEST_CASE("a gang keeps all its ranks busy") {
  const Occupancy o = occupancy(std::vector<BusyInterval>{{{2, 3}, 0, 2, 1}}, 1);
  REQUIRE(o.ranks.size() == 3);
  CHECK(o.ranks[0].busy_seconds == 0);
  CHECK(o.ranks[1].busy_seconds == 2);
  CHECK(o.ranks[2].busy_seconds == 2);
}

TEST_CASE("nobody is busy between the stop of a training and its resumption") {
  const TemporaryFolder folder;
  const Space space = noop_space(R"({"index": [1], "epochs": [1, 3, 9]})");
  {
    Store store(folder / "s.db", space, "f", {});
    const Training one = training(space, 0);
    store.finish(one, 0, rank(1), ended(0, 1));
    store.finish(one, 1, rank(1), ended(0, 3));
    store.finish(one, 2, rank(1), ended(43, 49));
  }
  const auto intervals = read_busy_intervals(folder / "s.db", "");
  REQUIRE(intervals.size() == 2);
  CHECK(occupancy(intervals, 1).busy() == 9);
  CHECK(occupancy(intervals, 1).trials == 3);
  CHECK(occupancy(intervals, 1).wait() == 40);  // too short for a pause
  const MeasuredTrainings measured(intervals);
  REQUIRE(measured.jobs.size() == 1);  // of one training
  CHECK(measured.jobs[0].seconds == 9);
}

TEST_CASE("a training that was stopped before its first trial ended is a job of its whole time, by hand") {
  // One training is stopped after 20 s and continued at 40: its first trial then takes 9 s more, its second 5 s.
  // Another was lost with its worker and started again: its wall time is that of the second attempt.
  const TemporaryFolder folder;
  const Space space = noop_space(R"({"index": [1, 2], "epochs": [1, 3]})");
  {
    Store store(folder / "t.db", space, "f", {});
    const auto finish = [&](std::uint64_t number, std::size_t milestone, Outcome o, double wall) {
      o.timings.wall = wall;
      store.finish(training(space, number), milestone, rank(1), o);
    };
    finish(0, 0, ended(40, 49), 29);
    finish(0, 1, ended(60, 65), 34);  // after another stop
    finish(1, 0, ended(70, 77), 7);
  }
  const auto intervals = read_busy_intervals(folder / "t.db", "");
  REQUIRE(intervals.size() == 3);
  CHECK(intervals[0].seconds() == 29);
  CHECK(intervals[1].seconds() == 5);
  CHECK(intervals[2].seconds() == 7);
  CHECK(occupancy(intervals, 1).unplaced == 20);
  const MeasuredTrainings measured(intervals);
  REQUIRE(measured.jobs.size() == 2);
  CHECK(measured.jobs[0].seconds == 34);
  CHECK(measured.jobs[1].seconds == 7);
}

TEST_CASE("trainings of one curve that do not share their epochs are a job each, by hand") {
  const TemporaryFolder folder;
  const Space space = noop_space(R"({"epochs": [1, 3]})", "s", R"("share_epochs": false, )");
  {
    Store store(folder / "s.db", space, "f", {});
    for (const auto& [number, begin, end] : {std::tuple(0, 0.0, 2.0), {1, 3.0, 8.0}}) {
      Outcome o = ended(begin, end);
      o.timings.wall = end - begin;
      store.finish(training(space, std::uint64_t(number)), 0, rank(1), o);
    }
  }
  const MeasuredTrainings measured(read_busy_intervals(folder / "s.db", ""));
  REQUIRE(measured.jobs.size() == 2);
  CHECK(measured.jobs[0].seconds == 2);
  CHECK(measured.jobs[1].seconds == 5);
}

TEST_CASE("time in which no rank trained for more than a minute does not count as the search's, by hand") {
  // Rank 1: 0-10, 110-130. Rank 2: 5-20, 185-190. No rank was busy from 20 to 110, a pause; 130 to 185 is too short for
  // one, so a wait.
  const std::vector<BusyInterval> intervals{{{1}, 0, 10, 1}, {{2}, 5, 20, 1}, {{1}, 110, 130, 3}, {{2}, 185, 190, 1}};
  const Occupancy o = occupancy(intervals, 2);
  CHECK(o.paused == 90);
  CHECK(o.makespan == 100);
  CHECK(o.trials_per_hour() == 6 * 36);
  CHECK(o.ranks[0].busy == std::vector<std::pair<double, double>>{{0, 10}, {20, 40}});
  CHECK(o.ranks[1].busy == std::vector<std::pair<double, double>>{{5, 20}, {95, 100}});
  CHECK(o.ranks[1].wait_seconds == 80);
  CHECK(running_seconds({{110, 130}, {0, 10}, {185, 190}, {5, 20}}) == 100);
  CHECK(running_seconds({}) == 0);
}

TEST_CASE("a pause within a training keeps no rank busy, by hand") {
  // Two ranks have two trainings of 20 s each; both were stopped for an hour in their second.
  const TemporaryFolder folder;
  const Space space = noop_space(R"({"index": [1, 2, 3, 4]})");
  {
    Store store(folder / "p.db", space, "f", {});
    for (const auto& [number, begin, end] :
         {std::tuple(0, 0.0, 20.0), {1, 0.0, 20.0}, {2, 20.0, 3640.0}, {3, 21.0, 3641.0}}) {
      Outcome o = ended(begin, end);
      o.timings.wall = 20;
      store.finish(training(space, std::uint64_t(number)), 0, rank(1 + number % 2), o);
    }
  }
  const auto intervals = read_busy_intervals(folder / "p.db", "");
  const Occupancy o = occupancy(intervals, 2);
  CHECK(o.busy() == 80);
  CHECK(o.makespan == 41);
  CHECK(o.unplaced == 0);
  for (const simulation::Job& job : MeasuredTrainings(intervals).jobs) CHECK(job.seconds == 20);
  CHECK(report_searches(folder / "p.db", "").at(0).trials_per_hour == Approx(4 * 3600 / 41.0));
  // Up to a minute, for a checkpoint say, counts as training; without a wall time nothing is known about pauses.
  CHECK(busy_until(100, 180, 20) == 180);
  CHECK(busy_until(100, 500, 0) == 500);
}

TEST_CASE("rungs of one training are busy intervals of their own") {
  const TemporaryFolder folder;
  const Space space = noop_space(R"({"index": [1, 2, 3], "epochs": [1, 3]})", "s", R"("method": "halving", )");
  {
    Store store(folder / "h.db", space, "f", {});
    const auto method = make_method(space);
    const Training first = method->next().value();
    store.finish(first, 0, rank(1), ended(0, 1));
    method->learn(first, 0, {0.5});
    for (int i = 0; i < 2; ++i) method->learn(method->next().value(), 0, {0.1});
    store.finish(method->next().value(), 0, rank(1), ended(8, 10));
  }
  const auto intervals = read_busy_intervals(folder / "h.db", "");
  REQUIRE(intervals.size() == 2);
  CHECK(occupancy(intervals, 1).busy() == 3);
}

TEST_CASE("the trials of one training are one busy interval") {
  const TemporaryFolder folder;
  const Space space = tornado_space(R"({"batch_size": [64, 128], "epochs": [5, 10]})");
  {
    Store store(folder / "t.db", space, "f", {});
    const Training first = training(space, 0), second = training(space, 1);
    store.finish(second, 0, rank(3), ended(1, 2, 0.1));
    store.finish(second, 1, rank(3), ended(1, 4, 0.1));
    store.finish(first, 0, rank(1), ended(0, 2, 0.1));
    store.start(first, 1, rank(1), epoch + 2);  // still running, so left out
  }
  auto intervals = read_busy_intervals(folder / "t.db", "");
  REQUIRE(intervals.size() == 2);
  CHECK(intervals[0].ranks == std::vector<int>{1});
  CHECK(intervals[0].end - intervals[0].begin == 2);
  CHECK(intervals[1].ranks == std::vector<int>{3});
  CHECK(intervals[1].end - intervals[1].begin == 3);
  CHECK(intervals[1].trials == 2);

  execute(folder / "t.db", "UPDATE trials SET ranks = '4,3' WHERE worker = 3");
  intervals = read_busy_intervals(folder / "t.db", "s");
  REQUIRE(intervals.size() == 2);
  CHECK(intervals[0].ranks == std::vector<int>{1});
  CHECK(intervals[1].ranks == std::vector<int>{3, 4});
}

TEST_CASE("a database without what is asked for is refused") {
  const TemporaryFolder folder;
  const std::string file = folder / "n.db";
  { Store(file, noop_space(R"({"index": [1]})"), "f", {}); }
  CHECK_THROWS_WITH_AS(read_busy_intervals(file, ""),
                       (file + ": no trial of search 's' has ended; run it first").c_str(), InputError);
  { Store(file, noop_space(R"({"index": [1]})", "q"), "f", {}); }
  CHECK_THROWS_WITH_AS(read_busy_intervals(file, ""),
                       (file + ": holds 2 searches; choose one with --search: s, q").c_str(), InputError);
}

TEST_CASE("databases agree to the last bit, or the difference is reported") {
  const TemporaryFolder folder;
  const Space space = noop_space(R"({"index": [1, 2, 3]})");
  const auto write = [&](const std::string& name, std::vector<double> metrics, Status last = Status::complete) {
    const auto file = folder / name;
    Store store(file, space, "f", {});
    for (std::uint64_t i = metrics.size(); i-- > 0;) {  // whatever the order of the rows
      Outcome o = outcome(metrics[i]);
      if (i + 1 == metrics.size()) o.status = last;
      store.finish(training(space, i), 0, worker(), o);
    }
    return file;
  };
  const double nan = std::nan("");
  const auto a = write("a.db", {0.1, 0.2, nan});
  const MetricComparison same = compare_metrics(a, write("b.db", {0.1, 0.2, nan}), "s");
  CHECK(same.equal());
  CHECK(same.trials == 3);
  CHECK(same.values == 3);
  const MetricComparison other = compare_metrics(a, write("c.db", {0.1, std::nextafter(0.2, 1), 0}), "s");
  CHECK(other.differing == 2);
  CHECK(other.example == "trial 2, score: 0.2 and 0.20000000000000004");
  CHECK_FALSE(other.equal());
  const MetricComparison fewer = compare_metrics(write("d.db", {0.1, 0.2}), a, "s");
  CHECK(fewer.trials == 2);
  CHECK(fewer.unmatched == 1);
  CHECK(fewer.differing == 0);
  CHECK_FALSE(fewer.equal());
  const MetricComparison status = compare_metrics(a, write("e.db", {0.1, 0.2, nan}, Status::diverged), "s");
  CHECK(status.differing == 1);
  CHECK(status.example == "trial 1, status: \"complete\" and \"diverged\"");
  const MetricComparison zero = compare_metrics(write("f.db", {0.0}), write("g.db", {-0.0}), "s");
  CHECK(zero.differing == 1);
}
