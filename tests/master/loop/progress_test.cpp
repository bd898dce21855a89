#include "master/loop/progress.hpp"

#include <doctest/doctest.h>

#include "tests/heard.hpp"

using namespace stormsweep;
using wire::Pursuit;
using wire::Work;

namespace {

/// The line shown on a terminal 10 seconds after the start.
std::string shown(const Standing& standing, int columns = 200) {
  const std::string line = heard([&] { Progress("s", "loss", columns, Seconds(100)).show(standing, Seconds(110)); });
  return line.substr(4, line.size() - 8);  // without the codes that erase it
}

Pursuit staging(std::int64_t done, std::int64_t all) {
  return {.work = Work::staging, .done = done, .all = all};
}

}  // namespace

TEST_CASE("progress: trials done of all, with the best, the rate and the time that is left") {
  Standing standing{.total = 40, .counts = {.complete = 18, .failed = 2}, .running = 3, .ended_here = 10};
  standing.best = RatedTrial{TrialId{7}, 0.125};
  CHECK(
      shown(standing) ==
      "[##########----------] s: 20/40 done, 3 running, 2 failed | best loss 0.125 (trial 7) | 1 trials/s | 20 s left");
}

TEST_CASE("progress: on a narrow terminal the time that is left outlives how far an epoch is and the best") {
  Standing standing{.total = 40, .counts = {.complete = 18}, .running = 3, .ended_here = 9};
  standing.pursuits = {{Work::training, 3, 50, 45, 100}};
  standing.best = RatedTrial{TrialId{7}, 0.125};
  CHECK(shown(standing, 100) ==
        "[######---------] s: 18/40 done, 3 running | best loss 0.125 (trial 7) | 3,240 trials/h | 24 s left");
  CHECK(shown(standing, 80) == "[##---] s: 18/40 done, 3 running | best loss 0.125 | 3,240 trials/h | 24 s left");
  CHECK(shown(standing, 60) == "s: 18/40 done, 3 running | 3,240 trials/h | 24 s left");
}

TEST_CASE("progress: the last line shows no remaining time: a search may end before all is tried") {
  const Standing standing{.total = 13, .counts = {.diverged = 9}, .ended_here = 9};
  const std::string line = heard([&] { Progress("s", "loss", 0, Seconds(100)).finish(standing, Seconds(109)); });
  CHECK(line.ends_with("s: 9/13 done, 9 failed | 1 trials/s\n"));
}

TEST_CASE("progress: rates are shown in words that are easy to read") {
  Standing standing{.counts = {.complete = 1}};
  const auto rate = [&](std::uint64_t ended) {
    standing.ended_here = ended;
    const std::string text = shown(standing);
    return text.substr(text.rfind("| ") + 2);
  };
  CHECK(rate(1) == "360 trials/h");
  CHECK(rate(4) == "1,440 trials/h");
  CHECK(rate(1234) == "123 trials/s");
  CHECK(rate(391'023) == "39,102 trials/s");
}

TEST_CASE("progress: while data is staged the bar is that of its bytes, all workers' together") {
  Standing standing{.total = 4, .staging = 2, .staged_for = Seconds(9)};
  CHECK(shown(standing) == "[--------------------] s: 0/4 done, 2 workers staging data since 9 s");
  standing.pursuits = {staging(0, 0), staging(0, 10'000'000)};
  CHECK(shown(standing) == "[--------------------] s: 0/4 done, 2 workers staging data since 9 s");
  standing.pursuits = {staging(1'500'000'000, 6'000'000'000), staging(1'500'000'000, 3'000'000'000)};
  CHECK(shown(standing) == "[######--------------] s: 0/4 done, 2 workers staging data: 3 of 9 GB | 18 s left");
  standing.pursuits = {staging(512'000'000, 512'000'000), staging(256'000'000, 256'000'000)};
  CHECK(shown(standing) == "[####################] s: 0/4 done, 2 workers staging data: 768 of 768 MB");
}

TEST_CASE("progress: the rate, and what is left by it, are those since trials began, not since data was staged") {
  const Standing standing{.total = 40, .counts = {.complete = 20}, .ended_here = 20};
  const std::string line = heard([&] {
    Progress progress("s", "loss", 200, Seconds(100));
    progress.begin(Seconds(700));
    progress.show(standing, Seconds(710));
  });
  CHECK(line.find("s: 20/40 done | 2 trials/s | 10 s left") != std::string::npos);
}

TEST_CASE("progress: a training shows how far its epoch is, or the evaluation after it") {
  Standing standing{.total = 4, .running = 1};
  CHECK(shown(standing) == "[--------------------] s: 0/4 done, 1 running");
  standing.pursuits = {{Work::training, 3, 50, 45, 100}};
  CHECK(shown(standing) == "[--------------------] s: 0/4 done, 1 running (epoch 3/50: training 45 %)");
  standing.pursuits = {{.work = Work::preparing, .done = 457, .all = 1000}};
  CHECK(shown(standing) == "[--------------------] s: 0/4 done, 1 running (preparing data 45 %)");
  standing.pursuits = {{Work::testing, 3, 50, 399, 400}};
  CHECK(shown(standing) == "[--------------------] s: 0/4 done, 1 running (epoch 3/50: testing 99 %)");
}

TEST_CASE("progress: of several trainings, how many are at what, and how far on average") {
  Standing standing{.total = 8, .running = 5};
  standing.pursuits = {{Work::training, 3, 50, 1, 2},
                       {Work::testing, 9, 9, 3, 4},
                       {Work::training, 7, 50, 1, 1000},
                       {Work::validating, 1, 2, 0, 7}};
  CHECK(shown(standing) ==
        "[--------------------] s: 0/8 done, 5 running (2 training 25 %, 1 validating 0 %, 1 testing 75 %)");
  standing.pursuits = {{Work::training, 3, 50, 1, 2}, {Work::validating, 3, 50, 1, 2}};
  CHECK(shown(standing) ==
        "[--------------------] s: 0/8 done, 5 running (epoch 3/50: 1 training 50 %, 1 validating 50 %)");
}
