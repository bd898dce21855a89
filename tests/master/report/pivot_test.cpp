#include "master/report/pivot.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "master/cli/results.hpp"
#include "search/base/error.hpp"
#include "tests/master/report/results_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

std::string pivot(const std::string& format, Arguments more = {"--by", "epochs"}) {
  const TornadoResults t;
  Arguments all{t.file,    "--rows",       "batch_size", "--columns", "data_multiplier",
                "--value", "wall_seconds", "--format",   format};
  all.insert(all.end(), more.begin(), more.end());
  return printed(results_command, all);
}

}  // namespace

// The cells follow from the fixture's formula, epochs * 1000 / batch size * multiplier, plus 0.5 for the mean replicate
// of batch size 64; batch size 256 ran with multiplier 1 only, and its 10 epochs diverged.

TEST_CASE("a pivot as text") {
  CHECK(pivot("text") == R"(wall_seconds, epochs = 5
batch_size / data_multiplier       1        2
---------------------------------------------
                          64  78.625  156.750
                         128  39.062   78.125
                         256  19.531        -
Each cell is the mean of 1 to 2 trials

wall_seconds, epochs = 10
batch_size / data_multiplier        1        2
----------------------------------------------
                          64  156.750  313.000
                         128   78.125  156.250
Each cell is the mean of 1 to 2 trials
)");
}

TEST_CASE("a pivot as markdown") {
  CHECK(pivot("markdown", {"--by", "epochs", "--where", "epochs = 10 AND batch_size = 64"}) ==
        R"(**wall_seconds, epochs = 10**

| batch_size / data_multiplier | 1 | 2 |
|---:|---:|---:|
| 64 | 156.750 | 313.000 |

Each cell is the mean of 2 trials
)");
}

TEST_CASE("a pivot as LaTeX") {
  CHECK(pivot("latex", {"--where", "replicate = 0 AND epochs = 5"}) == R"(\begin{table}
\centering
\caption{wall\_seconds.}
\begin{tabular}{rrr}
\hline
batch\_size / data\_multiplier & 1 & 2 \\
\hline
64 & 78.125 & 156.250 \\
128 & 39.062 & 78.125 \\
256 & 19.531 & - \\
\hline
\end{tabular}
\end{table}
)");
}

TEST_CASE("a pivot as records has a line a cell and the number of trials") {
  CHECK(pivot("csv", {"--by", "epochs", "--where", "epochs = 5"}) ==
        "epochs,batch_size,data_multiplier,wall_seconds,trials\n5,64,1,78.625,2\n5,64,2,156.75,2\n5,128,1,39.0625,1\n"
        "5,128,2,78.125,1\n5,256,1,19.53125,1\n");
  CHECK(pivot("json", {"--where", "batch_size = 256"}) ==
        "[\n{\"batch_size\": 256, \"data_multiplier\": 1, \"wall_seconds\": 19.53125, \"trials\": 1}\n]\n");
}

TEST_CASE("a mean, and the number given with it, are of the trials that have the value") {
  const TornadoResults t;
  execute(t.file, "UPDATE trials SET metrics = json_remove(metrics, '$.test_accuracy') WHERE id = 1");
  // Trials 1 and 3 are replicates; the metric of the first is gone.
  const auto asked = [&](const char* format) {
    return printed(results_command, {t.file, "--rows", "batch_size", "--columns", "epochs", "--value",
                                     "validation_accuracy,test_accuracy", "--where",
                                     "batch_size = 64 AND data_multiplier = 1 AND epochs = 5", "--format", format});
  };
  CHECK(asked("csv") ==
        "batch_size,epochs,validation_accuracy,test_accuracy,validation_accuracy_n,test_accuracy_n\n64,5,0.9064,0.51,2,"
        "1\n");
  CHECK(asked("text").ends_with("Each cell is the mean of 1 to 2 trials\n"));
}

TEST_CASE("a table that nobody can read is refused, and its cells are there as records") {
  TemporaryFolder folder;
  const std::string file = (folder / "n.db").string();
  const Space space = noop_space(R"({"index": {"min": 1, "max": 1100, "step": 1}})", "n");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 1100; ++i) store.finish(training(space, i), 0, worker(), outcome(0.5));
    store.commit();
  }
  const auto asked = [&](const char* format) {
    return printed(results_command, {file, "--rows", "index", "--columns", "trial", "--format", format});
  };
  CHECK_THROWS_WITH_AS(
      asked("text"),
      "a table of 1100 values of index and 1100 of trial is not for reading; choose with --where, or take "
      "--format csv or json, a line a cell",
      InputError);
  const std::string cells = asked("csv");
  CHECK(std::count(cells.begin(), cells.end(), '\n') == 1101);
}

TEST_CASE("a pivot of nothing says so") {
  CHECK(pivot("text", {"--where", "trial = 14"}) == "no trial has a value of wall_seconds yet\n");
}

TEST_CASE("rows that are words come as they are declared") {
  const TornadoResults t;
  Selection selection(t.file, "", "");
  Pivot pivot{"status", "epochs", "", {"trial"}, "selected"};
  const auto first = [&] { return std::get<std::string>(pivot_cells(selection, pivot).front().row); };
  CHECK(first() == "complete");
  pivot.words = {"failed", "diverged", "complete"};
  CHECK(first() == "diverged");
  CHECK(pivot_tables(selection, pivot).front().rows.front().front() == "diverged");
}

TEST_CASE("networks of the user's own come as the experiment lists them, not by the alphabet") {
  TemporaryFolder folder;
  const std::string file = (folder / "n.db").string();
  const Space space = parse_space(R"({"name": "n", "experiment": {"name": "mine", "summary": "s", "loss": "mse",
        "network": ["w4.pt", "w8.pt", "w16.pt"]}, "data": {"train": "a", "validation": "b", "test": "c"},
      "parameters": {"network": ["w8.pt", "w16.pt", "w4.pt"], "batch_size": [1, 2]}})",
                                  "space.json", "/");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 6; ++i) store.finish(training(space, i), 0, worker(), outcome(0.5, "train_loss"));
  }
  const auto cells = [&](Arguments arguments) {
    arguments.insert(arguments.begin(),
                     {file, "--value", "train_loss", "--where", "batch_size = 1", "--format", "csv"});
    return printed(results_command, arguments);
  };
  CHECK(cells({"--rows", "network", "--columns", "batch_size"}) ==
        "network,batch_size,train_loss,trials\nw4.pt,1,0.5,1\nw8.pt,1,0.5,1\nw16.pt,1,0.5,1\n");
  CHECK(cells({"--rows", "batch_size", "--columns", "network"}) ==
        "batch_size,network,train_loss,trials\n1,w4.pt,0.5,1\n1,w8.pt,0.5,1\n1,w16.pt,0.5,1\n");
  CHECK(cells({"--rows", "batch_size", "--columns", "replicate", "--by", "network"}) ==
        "network,batch_size,replicate,train_loss,trials\nw4.pt,1,0,0.5,1\nw8.pt,1,0,0.5,1\nw16.pt,1,0,0.5,1\n");
}

TEST_CASE("means that differ only by rounding have no extra digits") {
  const TornadoResults t;
  execute(t.file,
          "UPDATE trials SET metrics = json_set(metrics, '$.test_accuracy', 0.1 + CASE id % 2 WHEN 0 THEN 1e-17 ELSE "
          "2e-17 END)");
  const std::string text = printed(results_command, {t.file, "--rows", "trial", "--columns", "epochs", "--value",
                                                     "test_accuracy", "--where", "trial < 4"});
  CHECK(text.find("0.1000 ") != text.npos);
  CHECK(text.find("0.10000") == text.npos);
}

TEST_CASE("cells that differ but would look alike have enough digits to distinguish them") {
  const TornadoResults t;
  execute(t.file, "UPDATE trials SET metrics = json_set(metrics, '$.test_accuracy', 0.9123 + id * 1e-6)");
  const std::string text = printed(results_command, {t.file, "--rows", "trial", "--columns", "epochs", "--value",
                                                     "test_accuracy,validation_accuracy", "--where", "trial < 4"});
  CHECK(text.find("0.912301 ") != text.npos);
  CHECK(text.find("0.912303 ") != text.npos);
  CHECK(text.find("0.9064\n") != text.npos);  // a single value
}

TEST_CASE("a table of a column by itself is refused") {
  const TornadoResults t;
  CHECK_THROWS_WITH_AS(results_command({t.file, "--rows", "epochs", "--columns", "epochs"}),
                       "--columns is epochs, as --rows is; give two different columns", InputError);
}
