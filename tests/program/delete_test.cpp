#include <doctest/doctest.h>

#include <csignal>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

namespace {

using Rows = std::vector<std::string>;

/// Six trials of noop, three of which fail.
struct Six {
  WorkFolder folder;

  Six() {
    folder.write("n.json", R"({"name": "n", "experiment": "noop",
                               "parameters": {"index": [1, 2, 3], "outcome": ["complete", "throw"]}})");
    CHECK(train().status == 1);
  }
  Ended train() const {
    return run_stormsweep({"run", "n.json", "--workers", "1", "--device", "cpu", "--json", "."}, folder);
  }
  std::int64_t rows(const std::string& condition) const {
    return number(folder / "n.db", "SELECT count(*) FROM results WHERE " + condition);
  }
  std::size_t json_lines() const { return count_lines(run({"cat", "n.jsonl"}, folder).out); }
};

const std::string failed = "status = 'failed'";

}  // namespace

TEST_CASE("trials are deleted, and the next run has them again") {
  const Six six;
  const Ended ended = run_stormsweep({"delete", "n.db", "--where", failed, "--yes"}, six.folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(ended.out.find("thrown as the configuration asks") != std::string::npos);  // what is to be removed is shown
  CHECK(ended.out.find("n.db: 3 trials deleted; gone: 0 curves, 0 networks\n") != std::string::npos);
  CHECK(six.rows("1") == 3);
  CHECK(six.json_lines() == 3);
  CHECK(six.train().status == 1);
  CHECK(six.rows(failed) == 3);
  CHECK(six.json_lines() == 6);
}

TEST_CASE("a run without lines does not take them away from delete, nor from the next run that has them") {
  const Six six;
  const Ended bare = run_stormsweep({"run", "n.json", "--workers", "1", "--device", "cpu"}, six.folder);
  CHECK(bare.status == 1);
  CHECK(run_stormsweep({"delete", "n.db", "--where", failed, "--yes"}, six.folder).status == 0);
  CHECK(six.json_lines() == 3);
  CHECK(run_stormsweep({"run", "n.json", "--workers", "1", "--device", "cpu"}, six.folder).status == 1);
  CHECK(six.json_lines() == 3);  // as it was told
  CHECK(six.train().status == 1);
  CHECK(six.json_lines() == 6);
}

TEST_CASE("trials are run again by the next run, and no others") {
  const Six six;
  const std::string times =
      "SELECT trial, finished FROM trials JOIN (SELECT trial, \"index\" AS i FROM results) ON id = trial "
      "WHERE i > 1 ORDER BY 1";
  const Rows others = query(six.folder / "n.db", times);
  const std::string first = "SELECT min(finished) FROM trials WHERE json_extract(configuration, '$.index') = 1";
  const Rows before = query(six.folder / "n.db", first);
  CHECK(run_stormsweep({"rerun", "n.db", "--where", "\"index\" = 1", "--yes"}, six.folder).status == 0);
  CHECK(six.rows("status = 'waiting'") == 2);
  CHECK(six.train().status == 1);
  CHECK(six.rows("status = 'waiting'") == 0);
  CHECK(query(six.folder / "n.db", times) == others);
  CHECK(query(six.folder / "n.db", first) != before);
  CHECK(six.rows("1") == 6);
}

TEST_CASE("a milestone of a command that was interrupted, run again, is trained again") {
  const WorkFolder folder;
  folder.write("experiment.json", R"({"name": "slow", "summary": "s", "run": ["sh", "train.sh"], "files": ["train.sh"],
    "data": [], "milestone": "epochs", "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}],
    "hyperparameters": [{"name": "epochs", "type": "integer", "default": 1, "min": 1, "max": 9, "meaning": "m"}]})");
  // Its first start waits in the second epoch; each start reports its own number.
  folder.write("train.sh", R"(echo >> "$STORMSWEEP_DIRECTORY/starts"; start=$(wc -l < "$STORMSWEEP_DIRECTORY/starts")
for epoch in 1 2; do
  echo "{\"epoch\": $epoch, \"loss\": $start}" >> "$STORMSWEEP_REPORT"
  [ $start = 1 ] && sleep 60
done
true)");
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "parameters": {"epochs": [1, 2]}})");
  const Words words{stormsweep_program(), "run", "s.json", "--workers", "1", "--device", "cpu"};
  {
    Command stopped(words, folder);
    const auto reports = [&] { return run({"sh", "-c", "cat s.cache/checkpoints/*/report.jsonl"}, folder).out; };
    REQUIRE(eventually([&] { return count_lines(reports()) == 1; }));
    stopped.signal(SIGTERM);
    CHECK(stopped.wait().status == 85);
  }
  // The last report up to a milestone counts, so the stop completed its row.
  CHECK(query(folder / "s.db", "SELECT epochs FROM results WHERE status = 'complete'") == Rows{"1"});
  CHECK(run_stormsweep({"rerun", "s.db", "--where", "epochs = 1", "--yes"}, folder).status == 0);
  CHECK(run(words, folder).status == 0);
  CHECK(query(folder / "s.db", "SELECT epochs FROM results WHERE loss = 2 ORDER BY 1") == Rows{"1", "2"});
}

TEST_CASE("without a terminal nothing goes unless --yes is given") {
  const Six six;
  const Ended ended = run_stormsweep({"delete", "n.db", "--where", failed}, six.folder);
  CHECK(ended.status == 2);
  CHECK(ended.err == "stormsweep delete: 3 trials of n.db to be deleted, and no terminal to ask on; give --yes\n");
  CHECK(six.rows("1") == 6);
  CHECK(run_stormsweep({"rerun", "n.db"}, six.folder).status == 2);  // it must be said which ones
  for (const char* verb : {"delete", "rerun"})
    for (const char* unset : {"", " "}) {
      CHECK(run_stormsweep({verb, "n.db", "--where", unset, "--yes"}, six.folder).status == 2);
      CHECK(six.rows("status <> 'waiting'") == 6);
    }
  CHECK(run_stormsweep({"rerun", "n.db", "--where", "0"}, six.folder).out == "no trial that has ended meets --where\n");
}

TEST_CASE("on a terminal the user is asked") {
  const Six six;
  const auto answer = [&](const std::string& word) {
    return run({"sh", "-c",
                "(sleep 1; echo " + word + ") | script -qec \"" + stormsweep_program() +
                    " delete n.db --where 'trial = 1'\" /dev/null"},
               six.folder);
  };
  if (run({"sh", "-c", "command -v script"}, six.folder).status != 0) {
    MESSAGE("skipped: script is not here");
    return;
  }
  CHECK(answer("n").out.find("1 trial of n.db to be deleted. Go on? [y/N]") != std::string::npos);
  CHECK(six.rows("1") == 6);
  CHECK(answer("y").status == 0);
  CHECK(six.rows("1") == 5);
}
