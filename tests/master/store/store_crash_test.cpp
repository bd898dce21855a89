#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// Writes what is missing, `group` trials a commit, and tells the pipe how many are committed after each.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, const Space& space, int acknowledge) {
  Store store(file, space, "f", {file.parent_path() / "s.jsonl", false});
  const Trainings trainings(space);
  Outcome result = outcome(0);
  for (std::uint64_t i = 0, group = 0; i < space.grid.size(); ++i) {
    const auto t = store.missing(*trainings.at(TrainingId{i}));
    if (!t) continue;
    if (i % 3 == 0) store.start(*t, 0, worker(), 1.7e9);
    result.metrics[0].second = double(i) / 7;
    store.finish(*t, 0, worker(), result);
    if (++group % 7 != 0) continue;
    store.commit();
    const std::uint64_t done = store.counts().complete;
    (void)!write(acknowledge, &done, sizeof done);
  }
  _exit(0);
}

/// Reads up to `most` acknowledgements, and returns the last.
std::uint64_t read_acknowledged(int pipe_end, unsigned most) {
  std::uint64_t done = 0, value = 0;
  for (unsigned i = 0; i < most && read(pipe_end, &value, sizeof value) == sizeof value; ++i) done = value;
  return done;
}

}  // namespace

TEST_CASE("killed at any moment, the store keeps every acknowledged row, exactly once, and the JSON lines agree") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(R"({"index": {"min": 0, "max": 49999, "count": 50000}})");
  std::mt19937 random(2021);
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 12; ++round) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) write_until_killed(file, space, ends[1]);
    close(ends[1]);
    // Some commits, and then a moment that lies anywhere in the next few; in every fourth round while it opens.
    acknowledged = std::max(acknowledged, read_acknowledged(ends[0], round % 4 == 3 ? 0 : random() % 40));
    usleep(random() % (round % 4 == 3 ? 20'000 : 3'000));
    kill(child, SIGKILL);
    acknowledged = std::max(acknowledged, read_acknowledged(ends[0], 1'000'000));
    close(ends[0]);
    waitpid(child, nullptr, 0);

    const std::string json_before = text_of(folder / "s.jsonl");
    std::uint64_t complete = 0;
    {
      Store store(file, space, "f", {folder / "s.jsonl", false});
      complete = store.counts().complete;
      CHECK(store.counts().running == 0);
    }
    CHECK(complete >= acknowledged);
    // Rows are whole, one a trial, and those of the first so many trials, because they were written in this order.
    CHECK(query(file,
                "SELECT count(*), count(DISTINCT identity), ifnull(max(\"index\") + 1, 0), "
                "ifnull(sum(abs(score - \"index\" / 7.0) < 1e-9), 0) "
                "FROM trials t JOIN results r ON r.trial = t.id WHERE t.status = 'complete'") ==
          std::vector<std::string>{fmt::format("{0}|{0}|{0}|{0}", complete)});
    CHECK(query(file, "PRAGMA integrity_check") == std::vector<std::string>{"ok"});
    std::set<std::string> indices;
    for (const std::string& line : lines(folder / "s.jsonl"))
      indices.insert(nlohmann::json::parse(line)["configuration"]["index"].dump());
    CHECK(indices.size() == complete);
    CHECK(lines(folder / "s.jsonl").size() == complete);
    CHECK(json_before.starts_with(text_of(folder / "s.jsonl")));
  }
  CHECK(acknowledged > 100);
}
