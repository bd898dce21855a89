#include <doctest/doctest.h>

#include <csignal>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

namespace {

using Rows = std::vector<std::string>;

/// Runs `space` and returns its metrics, to the last bit, by configuration.
Rows metrics(const WorkFolder& folder, const std::string& space, const std::string& database, const Words& more = {}) {
  Words words{stormsweep_program(), "run", space,      "--results", database, "--workers", "3",
              "--threads",          "1",   "--device", "cpu"};
  words.insert(words.end(), more.begin(), more.end());
  const Ended ended = run(words, folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  return query(folder / database, "SELECT configuration, status, metrics FROM trials ORDER BY 1");
}

}  // namespace

TEST_CASE("gangs of a real training: as one rank on the same batch, the same run after run and under both schedules") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "600", "-o", "."}, folder).status == 0);
  folder.write("t.json", R"({"name": "t", "experiment": "tornado",
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "parameters": {"epochs": [1, 2], "batch_size": [31, 64], "gpus": [1, 2, 3], "gradient_lag": [0, 1]}})");
  const Rows first = metrics(folder, "t.json", "a.db");
  CHECK(first.size() == 24);
  CHECK(metrics(folder, "t.json", "b.db") == first);
  CHECK(metrics(folder, "t.json", "c.db", {"--schedule", "synchronous"}) == first);
  CHECK(metrics(folder, "t.json", "d.db", {"--separate-epochs"}) == first);
  CHECK(query(folder / "a.db", "SELECT DISTINCT gpus, gang, length(ranks) FROM results ORDER BY 1") ==
        Rows{"1|1|1", "2|2|3", "3|3|5"});
  // Sums of 31 to 64 gradients in another order: relative rounding of 2^-24 per sum, amplified by ten or twenty steps
  // of Adam.
  for (const std::string metric : {"validation_loss", "test_loss", "train_loss"}) {
    CAPTURE(metric);
    CHECK(number(folder / "a.db",
                 "SELECT count(*) FROM results a JOIN results b USING (epochs, batch_size, gradient_lag) "
                 "WHERE a.gpus = 1 AND b.gpus > 1 AND abs(a." +
                     metric + " - b." + metric + ") < 1e-4 * a." + metric) == 16);
  }
}

TEST_CASE("a gang that one rank fails in, or kills a rank of, is an outcome; its mates train on") {
  const WorkFolder folder;
  folder.write("n.json", R"({"name": "n", "experiment": "noop", "parameters": {
    "index": [1, 2, 3, 4], "milliseconds": 20, "gpus": [1, 2, 3], "outcome": ["complete", "throw", "nan"]}})");
  const Ended ended = run_stormsweep({"run", "n.json", "--workers", "3", "--device", "cpu"}, folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 1);
  CHECK(query(folder / "n.db", "SELECT outcome, status, count(*) FROM results GROUP BY 1, 2") ==
        Rows{"complete|complete|12", "nan|diverged|12", "throw|failed|12"});
}

TEST_CASE("a gang larger than the job is refused before anything starts") {
  const WorkFolder folder;
  folder.write("n.json", R"({"name": "n", "experiment": "noop", "parameters": {"gpus": [1, 2, 8]}})");
  for (const Words& words : {Words{stormsweep_program(), "run", "n.json", "--workers", "4", "--device", "cpu"},
                             mpirun(folder, 5, {stormsweep_program(), "run", "n.json", "--device", "cpu"})}) {
    const Ended ended = run(words, folder);
    CHECK(ended.err.find("n.json: parameters.gpus is 8, but 4 workers are all there are; give --workers 8 or more") !=
          std::string::npos);
    if (words[0] == stormsweep_program()) CHECK(ended.status == 2);
    CHECK(number(folder / "n.db", "SELECT count(*) FROM trials") == 0);
  }
  folder.write("fits.json", R"({"name": "fits", "experiment": "noop", "parameters": {"gpus": [1, 2, 8]},
    "exclude": [{"gpus": 8}]})");
  CHECK(run_stormsweep({"run", "fits.json", "--workers", "2", "--device", "cpu"}, folder).status == 0);
}

TEST_CASE("gangs for which too few workers are left stay waiting; the rest finishes, and running again completes") {
  const WorkFolder folder;
  folder.write("n.json", R"({"name": "n", "experiment": "noop", "parameters": {
    "index": {"min": 1, "max": 10, "step": 1}, "milliseconds": 200, "gpus": [1, 3]}})");
  const Words words{stormsweep_program(), "run", "n.json", "--workers", "3", "--device", "cpu", "--lost-after", "1"};
  Command command(words, folder);
  REQUIRE(
      eventually([&] { return number(folder / "n.db", "SELECT count(*) FROM trials WHERE status = 'complete'") > 0; }));
  kill(trainers(command.pid()).at(0), SIGKILL);
  const Ended ended = command.wait();
  CAPTURE(ended.err);
  CHECK(ended.status == 85);
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'complete' AND gpus = 1") == 10);
  CHECK(run(words, folder).status == 0);
  CHECK(query(folder / "n.db", "SELECT status, count(*), count(DISTINCT identity) FROM trials GROUP BY 1") ==
        Rows{"complete|20|20"});
}
