#include <doctest/doctest.h>

#include <thread>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

TEST_CASE("a waiting master and a waiting worker use next to nothing of a core") {
  const WorkFolder folder;
  folder.write("n.json", R"({"name": "n", "experiment": "noop", "parameters": {"milliseconds": 60000}})");
  Command command({stormsweep_program(), "run", "n.json", "--workers", "2"}, folder);
  REQUIRE(eventually(
      [&] { return number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'running'") == 1; }));
  auto ranks = descendants(command.pid(), "stormsweep");
  REQUIRE(ranks.size() == 1);
  for (const pid_t worker : trainers(command.pid())) ranks.push_back(worker);
  REQUIRE(ranks.size() == 3);  // one of the workers sleeps in its trial, which costs nothing either

  constexpr double seconds = 5;
  std::vector<double> before;
  for (const pid_t rank : ranks) before.push_back(cpu_seconds(rank));
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    CAPTURE(i);
    CHECK((cpu_seconds(ranks[i]) - before[i]) / seconds < 0.1);  // a rank that spins takes all of a core
  }
}
