#include "master/cli/run_options.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "search/base/error.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;

namespace {

/// "<index>/<count> <database>", "all <database>", or the message.
std::string share_of(Arguments arguments) {
  arguments.insert(arguments.begin(), "s.json");
  try {
    const auto options = parse_run_options(arguments).value();
    const std::string file = results_file(options, "s").string();
    if (!options.shared) return "all " + file;
    return std::to_string(options.share.index) + '/' + std::to_string(options.share.count) + ' ' + file;
  } catch (const InputError& error) {
    return error.what();
  }
}

struct ArrayTask {
  ArrayTask(const char* task, const char* count, const char* first, const char* last) {
    setenv("SLURM_ARRAY_TASK_ID", task, 1);
    setenv("SLURM_ARRAY_TASK_COUNT", count, 1);
    setenv("SLURM_ARRAY_TASK_MIN", first, 1);
    setenv("SLURM_ARRAY_TASK_MAX", last, 1);
  }
  ~ArrayTask() {
    for (const char* name : {"ID", "COUNT", "MIN", "MAX"}) unsetenv((std::string("SLURM_ARRAY_TASK_") + name).c_str());
  }
};

}  // namespace

TEST_CASE("a part of a search has a database of its own") {
  CHECK(share_of({}) == "all s.db");
  CHECK(share_of({"--results", "d/x.db"}) == "all d/x.db");
  CHECK(share_of({"--share", "2/3"}) == "2/3 s-2.db");
  CHECK(share_of({"--share", "0/1", "--results", "d.e/x"}) == "0/1 d.e/x-0");
}

TEST_CASE("a task of a Slurm array takes its part by itself, unless told otherwise") {
  const ArrayTask task("1", "4", "0", "3");
  CHECK(share_of({}) == "1/4 s-1.db");
  CHECK(share_of({"--share", "0/2"}) == "0/2 s-0.db");
}

TEST_CASE("the array that is advised has as many tasks as the one that was given") {
  const ArrayTask task("2", "4", "1", "4");
  CHECK(share_of({}).ends_with("Give --array=0-3 to sbatch, or --share I/N to run"));
}

TEST_CASE("names that SQLite takes for no file are refused") {
  for (const std::string name : {":memory:", "file:s.db", "file::memory:?cache=shared"})
    CHECK(share_of({"--results", name}).starts_with(name + ": SQLite does not take this name for a file"));
}

TEST_CASE("an array that does not tell which part is meant is refused") {
  {
    const ArrayTask alone("3", "1", "3", "3");
    CHECK(share_of({}) ==
          "stormsweep run: task 3 of a Slurm array of 1 tasks from 3 to 3: which part of the search is that? Give "
          "--array=0 to sbatch, or --share I/N to run");
    CHECK(share_of({"--share", "3/4"}) == "3/4 s-3.db");
  }
  const ArrayTask steps("4", "3", "0", "8");
  CHECK(share_of({}).find("which part") != std::string::npos);
}

TEST_CASE("a wrong share is one line that says what to mend") {
  for (const char* wrong : {"3/3", "1", "/3", "1/", "a/b", "1/0", "-1/3", "1/3/4", "1/9999999"}) {
    CAPTURE(wrong);
    CHECK(share_of({"--share", wrong}) ==
          std::string("stormsweep run: --share is ") + wrong + "; give I/N, such as 0/3, 1/3 and 2/3 for three jobs");
  }
  CHECK(share_of({"--share", "0/2", "--json", "."}).find("--json") != std::string::npos);
}

TEST_CASE("the time limit is a duration") {
  CHECK(parse_run_options({"s.json", "--time-limit", "90m"})->time_limit == Seconds(5400));
  CHECK(parse_run_options({"s.json", "--time-limit", "3600"})->time_limit == Seconds(3600));
  CHECK_FALSE(parse_run_options({"s.json"})->time_limit);
  CHECK_THROWS_AS(parse_run_options({"s.json", "--time-limit", "0"}), InputError);
}

TEST_CASE("workers and threads beyond any machine are refused by the option, its value and its range") {
  const auto refused = [](const char* option, const char* value) {
    return refusal([&] { parse_run_options({"s.json", option, value}); });
  };
  CHECK(refused("--threads", "1025") == "stormsweep run: --threads is 1025; give 1 to 1024");
  CHECK(refused("--threads", "0") == "stormsweep run: --threads is 0; give 1 to 1024");
  CHECK(refused("--workers", "2147483647") == "stormsweep run: --workers is 2147483647; give 1 to 100000");
  CHECK(refused("--workers-per-gpu", "1001") == "stormsweep run: --workers-per-gpu is 1001; give 1 to 1000");
  CHECK(parse_run_options({"s.json", "--threads", "1024", "--workers", "100000"})->workers == 100'000);
}

TEST_CASE("data is staged into a folder that every rank names alike") {
  CHECK(parse_run_options({"s.json"})->stage.empty());
  CHECK(parse_run_options({"s.json", "--stage", "/disk/copies"})->stage == "/disk/copies");
  CHECK(parse_run_options({"s.json", "--stage", "here/../copies"})->stage ==
        std::filesystem::current_path() / "copies");
}
