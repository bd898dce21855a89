#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "master/cli/compare.hpp"
#include "master/report/schedule_report.hpp"
#include "search/base/error.hpp"
#include "tests/master/report/results_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;
using doctest::Approx;

namespace {

/// Four trainings of 1, 2, 3 and 6 s, measured one after the other on one rank, half a second apart.
struct Measured {
  TemporaryFolder folder;
  std::string file = (folder / "m.db").string();

  Measured() {
    const Space space = noop_space(R"({"index": [1, 2, 3, 6]})");
    Store store(file, space, "f", {});
    double time = 1.7e9;
    for (std::uint64_t i = 0; i < 4; ++i) {
      Outcome o = outcome(0.5);
      o.started = time;
      o.finished = time += (i < 3 ? double(i + 1) : 6.0);
      o.timings.wall = o.finished - o.started;
      time += 0.5;
      WorkerInfo info = worker();
      info.id = WorkerId{1};
      info.ranks = "1";
      store.finish(training(space, i), 0, info, o);
    }
  }
  std::string compare(Arguments options) const {
    options.insert(options.begin(), file);
    return printed(compare_command, options);
  }
};

void check_refused(const Arguments& arguments, const std::string& message) {
  CAPTURE(message);
  CHECK_THROWS_WITH_AS(compare_command(arguments), message.c_str(), InputError);
}

Occupancy two_ranks() {
  return occupancy(std::vector<BusyInterval>{{{1}, 10, 14, 1}, {{2}, 10, 12, 1}, {{2}, 13, 14, 1}}, 2);
}

}  // namespace

TEST_CASE("a database is replayed on other numbers of ranks") {
  const Measured m;
  const auto json = nlohmann::json::parse(m.compare({"--ranks", "1,2", "--format", "json"}));
  CHECK(json["measured"]["makespan_seconds"].get<double>() == Approx(13.5));
  CHECK(json["measured"]["latency_seconds"].get<double>() == Approx(0.5));
  CHECK(json["measured"]["replayed_makespan_seconds"].get<double>() == Approx(14));  // with a wait before the first
  REQUIRE(json["replays"].size() == 6);
  const auto& longest = json["replays"][4];
  CHECK(longest["policy"] == "longest_first");
  CHECK(longest["ranks"] == 2);
  CHECK(longest["makespan_seconds"].get<double>() == Approx(7.5));  // 3 + 2 + 1 and three waits
  CHECK(longest["efficiency"].get<double>() == Approx(12 / 15.0));
  CHECK(json["replays"][5]["makespan_seconds"].get<double>() == Approx(8));  // synchronous: 1 + 6 and two waits

  const std::string text = m.compare({"--ranks", "2", "--trials", "1000", "--failures-per-hour", "0.5"});
  CHECK(text.starts_with("1,000 trainings of " + m.file));
  CHECK(text.find("0.5 failures an hour and rank: fifo and longest_first go on without the lost ranks, synchronous "
                  "starts again with all, in 60 s") != text.npos);
}

TEST_CASE("what cannot be compared is refused in one line") {
  const Measured m;
  const TemporaryFolder folder;
  check_refused(
      {m.file, "--workers", "2"},
      "stormsweep compare: --workers says nothing about a results database; give it without, or a search space");
  check_refused({m.file, "--ranks", "8,no"}, "stormsweep compare: --ranks is no; give an integer from 1 to 10000000");
  check_refused({m.file, "--trials", "0"}, "stormsweep compare: --trials is 0; give an integer from 1 to 10000000");
  check_refused({m.file, "--restart", "-1"}, "stormsweep compare: --restart is -1; give 0 or more");
  check_refused({"nowhere.json"}, "nowhere.json: there is no such file; give a search space, or a results database");
  const std::string space = folder / "n.json";
  std::ofstream(space) << R"({"name": "n", "experiment": "noop", "parameters": {"index": 1}})";
  check_refused(
      {space, "--ranks", "2"},
      "stormsweep compare: --ranks says nothing about a search space; give it without, or a results database");
  std::ofstream(folder / "x-synchronous.db") << "old";
  check_refused({space, "--results", folder / "x.db"},
                (folder / "x-synchronous.db").string() +
                    ": is there already, and both schedules are timed from the start; move it away, or give another "
                    "name with --results");
}

TEST_CASE("gangs that do not fit are refused") {
  const Measured m;
  execute(m.file, "UPDATE trials SET ranks = '1,2,3' WHERE id = 4");
  check_refused({m.file, "--ranks", "4,2"},
                m.file + ": --ranks has 2, and some trainings ran on 3 ranks together; give 3 or more");
}

TEST_CASE("the report of both schedules, for people and for programs") {
  ScheduleReport report{
      "s", "noop", {{"master-worker", "a.db", two_ranks()}, {"synchronous", "b.db", two_ranks()}}, {}};
  report.metrics.trials = report.metrics.values = 3;
  std::ostringstream out;
  print(out, report, 57);
  CHECK(out.str() == R"(search s (experiment noop) on 2 ranks

schedule       trials  makespan  trials/hour  imbalance    busy    idle  waiting for work
-----------------------------------------------------------------------------------------
master-worker       3   4.000 s        2,700      1.143  87.5 %  12.5 %            12.5 %
synchronous         3   4.000 s        2,700      1.143  87.5 %  12.5 %            12.5 %

all 3 metrics of 3 trials are the same to the last bit

master-worker
rank 1     busy     4.000 s  idle     0.000 s  ##########
rank 2     busy     3.000 s  idle     1.000 s  #####..###

synchronous
rank 1     busy     4.000 s  idle     0.000 s  ##########
rank 2     busy     3.000 s  idle     1.000 s  #####..###
)");
  const auto json = to_json(report);
  CHECK(json["metrics"]["equal"] == true);
  CHECK(json["schedules"][1]["ranks"][1]["busy"][1][0] == 3);
  report.metrics.differing = 1, report.metrics.example = "trial 1, score: 0 and 1";
  std::ostringstream differing;
  print(differing, report, 80);
  CHECK(differing.str().find(
            "1 of 3 values differ, 0 trials are in one database only; the first: trial 1, score: 0 and 1") !=
        std::string::npos);
}
