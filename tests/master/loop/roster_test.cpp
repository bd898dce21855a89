#include "master/loop/roster.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

constexpr WorkerId w1{1}, w2{2};

Training rostered(std::uint64_t id, std::vector<std::int64_t> milestones) {
  return {TrainingId{id}, {}, std::move(milestones)};
}

/// Training and milestone of long runners, which are now worth a row.
std::vector<std::pair<std::uint64_t, std::size_t>> long_runners(Roster& roster, double now) {
  std::vector<std::pair<std::uint64_t, std::size_t>> found;
  roster.each_long_runner(Seconds(now), [&](WorkerId, const Roster::Running& running) {
    found.emplace_back(running.training.id.value, running.milestone);
  });
  return found;
}

using Found = std::vector<std::pair<std::uint64_t, std::size_t>>;

}  // namespace

TEST_CASE("roster: a trial is worth a row after a second, once, and so is each that follows in its training") {
  Roster roster;
  roster.begin(w1, rostered(7, {1, 2, 3}), {}, Seconds(10));
  roster.begin(w2, rostered(8, {1}), {}, Seconds(10.5));
  CHECK(long_runners(roster, 10.9).empty());
  CHECK(long_runners(roster, 11) == Found{{7, 0}});
  CHECK(long_runners(roster, 11.2).empty());
  roster.end(w1, rostered(7, {1, 2, 3}), 0);
  CHECK(long_runners(roster, 11.3) == Found{{7, 1}});  // its training has gone on for long
  CHECK(long_runners(roster, 11.5) == Found{{8, 0}});
  roster.end(w1, rostered(7, {1, 2, 3}), 1);
  roster.end(w1, rostered(7, {1, 2, 3}), 2);
  roster.end(w2, rostered(8, {1}), 0);
  CHECK(long_runners(roster, 20).empty());
}

TEST_CASE("roster: a trial that ended within a second is not worth a row, whatever its worker does next") {
  Roster roster;
  for (int k = 0; k < 1000; ++k) {
    roster.begin(w1, rostered(1, {1, 2}), {}, Seconds(0.01 * k));
    roster.end(w1, rostered(1, {1, 2}), 0);
    roster.end(w1, rostered(1, {1, 2}), 1);
    CHECK(long_runners(roster, 0.01 * k).empty());
  }
  roster.begin(w1, rostered(2, {1}), {}, Seconds(11));
  roster.forget(rostered(2, {1}));
  roster.begin(w2, rostered(2, {1}), {}, Seconds(12));
  CHECK(long_runners(roster, 12.5).empty());
  CHECK(long_runners(roster, 13) == Found{{2, 0}});
}

TEST_CASE("roster: only reports of staging workers, and of leaders on their current training, count") {
  Roster roster;
  const wire::Pursuit epoch{wire::Work::training, 2, 5, 3, 10},
      copies{.work = wire::Work::staging, .done = 1, .all = 2};
  roster.join(w1, {}), roster.join(w2, {});
  roster.tell(w1, copies), roster.tell(w2, {});
  CHECK(roster.pursuits() == std::vector{copies});
  roster.begin(w1, rostered(7, {5}), {w1, w2}, Seconds(10));
  CHECK(roster.pursuits().empty());  // reports from before the training do not count
  roster.tell(w1, epoch), roster.tell(w2, epoch);
  CHECK(roster.pursuits() == std::vector{epoch});  // its mate does not lead
  roster.end(w1, rostered(7, {5}), 0);
  CHECK(roster.pursuits().empty());
  roster.tell(w2, copies);
  roster.leave(w2);
  CHECK(roster.pursuits().empty());
}

TEST_CASE(
    "roster: the end of a gang's trial that its leader has not begun does not affect the leader's current training") {
  Roster roster;
  roster.begin(w1, rostered(7, {1}), {}, Seconds(10));
  roster.end(w1, rostered(8, {1}), 0);
  roster.end(w2, rostered(8, {1}), 0);
  CHECK(long_runners(roster, 12) == Found{{7, 0}});
}

TEST_CASE("roster: a gang's row has the host of each rank, or one name where all are on one host") {
  Roster roster;
  wire::Hello hello;
  for (const auto& [worker, host] : {std::pair(w1, "h1"), {w2, "h2"}, {WorkerId{3}, "h2"}})
    hello.host = host, roster.join(worker, hello);
  CHECK(roster.trainer(w2, {}).host == "h2");
  CHECK(roster.trainer(w2, {w2, WorkerId{3}}).host == "h2");
  CHECK(roster.trainer(w1, {w1, w2, WorkerId{3}}).host == "h1,h2,h2");
}

TEST_CASE("roster: the ranks of a gang are known even if its leader has not joined") {
  Roster roster;
  CHECK(roster.trainer(w1, {w1, w2}).ranks == "1,2");
}
