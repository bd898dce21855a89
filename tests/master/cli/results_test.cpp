#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "master/cli/results.hpp"
#include "master/cli/status.hpp"
#include "search/base/error.hpp"
#include "tests/master/report/results_fixture.hpp"
#include "tests/master/store/best_epoch_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

std::string results(const TornadoResults& t, Arguments options) {
  options.insert(options.begin(), t.file);
  return printed(results_command, options);
}

void check_refused(const TornadoResults& t, const Arguments& options, const std::string& message) {
  CAPTURE(message);
  try {
    results(t, options);
    FAIL("not refused");
  } catch (const InputError& error) {
    CHECK(error.what() == message);
  }
}

}  // namespace

TEST_CASE("rows show what varies, the metrics of the search's kind, and errors") {
  const TornadoResults t;
  CHECK(results(t, {"--where", "batch_size = 256"}) ==
        R"(trial  status    epochs  validation_accuracy  test_accuracy  wall_seconds  error
---------------------------------------------------------------------------------------------
   13  complete       5               0.9256         0.5100        19.531  -
   14  diverged      10                    -              -             -  loss is nan & more
)");
}

TEST_CASE("the best trials are complete ones, by the search's metric") {
  const TornadoResults t;
  CHECK(results(t, {"--best", "2"}) ==
        R"(trial  epochs  batch_size  data_multiplier  replicate  validation_accuracy  test_accuracy  wall_seconds
-------------------------------------------------------------------------------------------------------
   13       5         256                1          0               0.9256         0.5100        19.531
    9       5         128                1          0               0.9128         0.5100        39.062
)");
}

TEST_CASE("where gangs differ in size, what trials cost is shown beside how long they took") {
  TemporaryFolder folder;
  const auto file = folder / "r.db";
  const Space space = noop_space(R"({"index": 1, "gpus": [1, 4]})");
  {
    Store store(file, space, "f", {});
    for (const std::uint64_t i : {0, 1}) {
      WorkerInfo leader = worker();
      leader.gang = i == 0 ? 1 : 4;
      store.finish(training(space, i), 0, leader, outcome(0.5));
    }
  }
  CHECK(printed(results_command, {file, "--show", "gpus,wall_seconds,rank_seconds", "--format", "csv"}) ==
        "gpus,wall_seconds,rank_seconds\n1,1.5,1.5\n4,1.5,6.0\n");
  for (const Arguments& question : {Arguments{file}, Arguments{file, "--best", "2"}})
    CHECK(printed(results_command, question).find("wall_seconds  rank_seconds") != std::string::npos);
}

TEST_CASE("the best trials look as different as they are") {
  const TornadoResults t;
  execute(
      t.file,
      "UPDATE trials SET metrics = json_set(metrics, '$.test_accuracy', 0.00106 + id * 1e-5, '$.validation_accuracy', "
      "CASE id WHEN 1 THEN 1.0 WHEN 2 THEN 0.99996 ELSE 0.5 END)");
  CHECK(results(t, {"--best", "3", "--show", "trial,validation_accuracy,test_accuracy"}) ==
        R"(trial  validation_accuracy  test_accuracy
-----------------------------------------
    1              1.00000       0.001070
    2              0.99996       0.001080
    3              0.50000       0.001090
)");
}

TEST_CASE("at a tie the best are the first in the search's order, whoever was stored first; so are groups") {
  TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  const Space space = noop_space(R"({"index": [1, 2, 3], "replicate": [1, 2]})");
  {
    Store store(file, space, "f", {});
    for (const std::uint64_t i : {4, 5, 2, 3, 1, 0}) store.finish(training(space, i), 0, worker(), outcome(0.5));
  }
  const auto best = [&](Arguments options) {
    options.insert(options.begin(), {file, "--best", "3", "--format", "csv", "--show"});
    return printed(results_command, options);
  };
  CHECK(best({"training,index,replicate,trial"}) == "training,index,replicate,trial\n0,1,1,6\n1,1,2,5\n2,2,1,3\n");
  CHECK(best({"index,trials,first_training,first_trial", "--over", "replicate"}) ==
        "index,trials,first_training,first_trial\n1,2,0,5\n2,2,2,3\n3,2,4,1\n");
  CHECK(printed(status_command, {file}).find("best score 0.5000, trial 6\n") != std::string::npos);
}

TEST_CASE("the best trials are those with the best epoch, where the search chooses so") {
  const CurveSearch search(R"({"name": "validation_loss", "at": "best"})");
  CHECK(printed(results_command, {search.file, "--best", "2"}) ==
        R"(trial  epochs  best_epoch  best_metric  validation_loss  wall_seconds
---------------------------------------------------------------------
    2       4           4       0.3000           0.3000         1.500
    3       6           4       0.3000           0.3000         1.500
)");
  CHECK(printed(results_command, {search.file, "--rows", "epochs", "--columns", "data_multiplier", "--format", "csv"})
            .starts_with("epochs,data_multiplier,best_metric,trials\n2,1,0.4,1\n"));
}

TEST_CASE("csv and json have all columns, to the last bit") {
  const TornadoResults t;
  const auto rows = nlohmann::json::parse(results(t, {"--format", "json"}));
  REQUIRE(rows.size() == 14);
  CHECK(rows[8]["validation_accuracy"].get<double>() == 0.9 + 0.0001 * 128.0);
  CHECK(rows[8]["pool_last"] == 0);
  CHECK(rows[8]["test_auc"].is_null());
  CHECK(rows[13]["error"] == "loss is nan & more");
  const std::string csv = results(t, {"--format", "csv", "--where", "trial = 9"});
  CHECK(csv.starts_with(
      "search,trial,training,seed,method,proposal,bracket,rung,status,attempt,worker,host,device,threads,gang,"
      "ranks,cpu,versions,epochs,batch_size,"));
  CHECK(csv.find("\ns,9,4,7,,,,,complete,1,2,node1,cpu,3,1,2,Xeon,stormsweep "
                 "0.1.0,5,128,1,1,global,none,vectors,0.001,none,0,adam,") != csv.npos);
  CHECK(nlohmann::json::parse(results(t, {"--format", "json", "--where", "0"})).empty());
}

TEST_CASE("columns and order can be chosen") {
  const TornadoResults t;
  CHECK(results(t, {"--show", "batch_size,wall_seconds", "--sort", "wall_seconds desc", "--format", "csv", "--where",
                    "epochs = 10 AND status = 'complete' AND replicate = 0"}) ==
        "batch_size,wall_seconds\n64,312.5\n64,156.25\n128,156.25\n128,78.125\n");
}

TEST_CASE("trials without what they are sorted by come last, up or down") {
  const TornadoResults t;
  for (const std::string direction : {"asc", "desc"})
    for (const Arguments& best : {Arguments{}, Arguments{"--best", "20"}}) {
      Arguments options{"--show", "trial", "--format", "csv", "--sort", "test_auc " + direction};
      options.insert(options.end(), best.begin(), best.end());
      execute(t.file, "UPDATE trials SET metrics = json_set(metrics, '$.test_auc', id / 16.0) WHERE id IN (3, 5)");
      const std::string rows = results(t, options);
      CHECK(rows.starts_with(direction == "asc" ? "trial\n3\n5\n" : "trial\n5\n3\n"));
    }
}

TEST_CASE("columns may stand apart from their commas, in quotes, and desc in capitals") {
  const TornadoResults t;
  CHECK(results(t, {"--show", "batch_size, \"wall_seconds\"", "--sort", "\"wall_seconds\" DESC", "--format", "csv",
                    "--where", "epochs = 10 AND status = 'complete' AND batch_size = 128"}) ==
        "batch_size,wall_seconds\n128,156.25\n128,78.125\n");
  CHECK(results(t, {"--rows", "\"batch_size\"", "--columns", "data_multiplier", "--value", "trial, test_accuracy",
                    "--where", "batch_size = 128 AND epochs = 5", "--format", "csv"}) ==
        "batch_size,data_multiplier,trial,test_accuracy,trial_n,test_accuracy_n\n128,1,9.0,0.51,1,1\n128,2,11.0,0.52,1,"
        "1\n");
}

TEST_CASE("after a changed seed rows show it, and no mean is over seeds without saying so") {
  TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  for (const int seed : {7, 8}) {
    const Space space = parse_space(
        fmt::format(R"({{"name": "s", "experiment": "noop", "seed": {}, "parameters": {{"index": [1, 2]}}}})", seed),
        "space.json", "/");
    Store store(file, space, "f", {});
    store.finish(training(space, 0), 0, worker(), outcome(0.1 * seed));
  }
  const auto print = [&](Arguments options) {
    options.insert(options.begin(), file);
    return printed(results_command, options);
  };
  const std::string rows = "trial  status    seed   score  wall_seconds\n";
  CHECK(print({}).starts_with(rows));
  CHECK(print({"--best", "1"}).starts_with("trial  index  seed   score  wall_seconds\n"));
  CHECK(print({"--where", "seed = 7"}).starts_with("trial  status     score  wall_seconds\n"));
  const Arguments pivot{"--rows", "index", "--columns", "replicate"};
  CHECK(print(pivot).ends_with("\nEach cell is the mean of 2 trials of up to 2 seeds; --by seed parts them\n"));
  CHECK(print({"--rows", "index", "--columns", "replicate", "--format", "csv"}) ==
        "index,replicate,score,trials,seeds\n1,0,0.75,2,2\n");
  CHECK(print({"--rows", "index", "--columns", "replicate", "--by", "seed", "--format", "csv"}) ==
        "seed,index,replicate,score,trials,seeds\n7,1,0,0.7000000000000001,1,1\n8,1,0,0.8,1,1\n");
}

TEST_CASE("an experiment of as many columns as may be declared can be read, in groups, too") {
  using Json = nlohmann::json;
  const auto like = [](Json declared, const std::string& name, int count) {
    Json all = Json::array();
    for (int i = 0; i < count; ++i) {
      declared["name"] = fmt::format("{}{}", name, i);
      all.push_back(declared);
    }
    return all;
  };
  const Json metric{{"goal", "maximize"}, {"meaning", "m"}},
      flag{{"type", "flag"}, {"default", true}, {"meaning", "m"}};
  const Json profile{{"name", "lead_time"}, {"at", {10}}, {"metrics", like(metric, "q", 100)}};
  const Json mine{{"name", "mine"},
                  {"summary", "s"},
                  {"run", {"true"}},
                  {"data", Json::array()},
                  {"metrics", like(metric, "m", 500)},
                  {"profiles", {profile}},
                  {"hyperparameters", like(flag, "h", 400)}};
  const Json parameters{{"h0", {true, false}}};
  const Space space =
      parse_space(Json{{"name", "s"}, {"experiment", mine}, {"parameters", parameters}}.dump(), "s.json", "/");
  TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  {
    Store store(file, space, "f", {});
    store.finish(training(space, 0), 0, worker(), outcome(1, "m499"));
    store.finish(training(space, 1), 0, worker(), outcome(2, "m499"));
  }
  CHECK(printed(results_command, {file, "--format", "csv", "--show", "trial,m499"}) == "trial,m499\n1,1.0\n2,2.0\n");
  CHECK(printed(results_command, {file, "--over", "h0", "--format", "csv", "--show", "trials,m499"}) ==
        "trials,m499\n2,1.5\n");
  CHECK(query(file, "SELECT count(*) FROM lead_time") == std::vector<std::string>{"0"});
}

TEST_CASE("rates and shares have four digits") {
  const TornadoResults t;
  execute(t.file, "UPDATE trials SET peak_share = 0.7235872900430398, samples_per_second = 8482.35, flops = 1.1483e11");
  const std::string rows = results(t, {"--show", "peak_share,samples_per_second,flops", "--where", "trial = 9"});
  CHECK(rows.find("    0.7236                8482  1.148e+11\n") != rows.npos);
}

TEST_CASE("the best of a search that was edited but kept its seed do not show the seed") {
  TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  for (const char* index : {"[1, 2]", "[2, 3]"}) {
    const Space space = noop_space(fmt::format(R"({{"index": {}}})", index));
    Store store(file, space, "f", {});
    store.finish(training(space, 0), 0, worker(), outcome(0.5));
  }
  CHECK(printed(results_command, {file, "--best", "1"}).starts_with("trial  index   score  wall_seconds\n"));
}

TEST_CASE("hyperparameters are shown as they were given, whatever they are named") {
  TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  const Space space = noop_space(R"({"milliseconds": [0.00025, 1234.5678]})");
  {
    Store store(file, space, "f", {});
    for (const int i : {0, 1}) store.finish(training(space, i), 0, worker(), outcome(0.5));
  }
  const std::string rows = printed(results_command, {file, "--show", "milliseconds,wall_seconds"});
  CHECK(rows.find("0.00025") != rows.npos);
  CHECK(rows.find("1234.5678") != rows.npos);
  CHECK(rows.find("1.500") != rows.npos);
}

TEST_CASE("an option that an answer has no use for is refused") {
  const TornadoResults t;
  const std::string table = ": a cross table (--rows, --columns) has no use for it; leave it out",
                    curves = ": a table of curves (--curve) has no use for it; leave it out",
                    list = ": this is of a cross table or curves; give --rows and --columns, or --curve";
  check_refused(t, {"--best", "2", "--rows", "epochs", "--columns", "batch_size"}, "--best" + table);
  check_refused(t, {"--show", "trial", "--rows", "epochs", "--columns", "batch_size"}, "--show" + table);
  check_refused(t, {"--curves", "--rows", "epochs", "--columns", "batch_size"}, "--curve" + table);
  check_refused(t, {"--curves", "--best", "2"}, "--best" + curves);
  check_refused(t, {"--curves", "--by", "epochs"}, "--by" + curves);
  check_refused(t, {"--value", "test_accuracy"}, "--value" + list);
  check_refused(t, {"--sort", "trial", "--plot", "a.svg"},
                "--sort: a figure of the history has no use for it; leave it out");
  check_refused(t, {"--value", "test_accuracy,trial", "--plot", "a.svg"},
                "--value: a history is of one column; give one, or --rows and --columns");
  check_refused(t, {"--best", "2", "--by", "epochs"}, "--by" + list);
}

TEST_CASE("the best of nothing is told to people in words, and to programs as nothing") {
  TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  { Store(file, noop_space(R"({"index": [1]})"), "f", {}); }
  CHECK(printed(results_command, {file, "--best", "3"}) == "no complete trial has a score yet\n");
  CHECK(printed(results_command, {file}) == "no trial yet\n");
  CHECK(printed(results_command, {file, "--best", "3", "--format", "json"}) == "[]\n");
}

TEST_CASE("curves run down by epoch, a column a trial, as far as its milestone") {
  const TornadoResults t;
  CHECK(results(t, {"--curves", "--value", "train_loss", "--where", "batch_size > 64 AND data_multiplier = 1"}) ==
        R"(train_loss
epoch / trial         9        10        13        14
-----------------------------------------------------
            1  0.007812  0.007812  0.003906  0.003906
            2  0.003906  0.003906  0.001953  0.001953
)");
}

TEST_CASE("wrong questions are refused in one line") {
  const TornadoResults t;
  check_refused(t, {"--where", "batchsize > 1"},
                "--where \"batchsize > 1\": no such column: batchsize; did you mean batch_size?");
  check_refused(t, {"--where", "\"batchsize\" > 1"},
                "--where \"\"batchsize\" > 1\": no such column: batchsize; write a word as 'batchsize', or, if it is a "
                "column, did you mean batch_size?");
  CHECK_THROWS_WITH_AS(
      results(t, {"--where", "status = complete"}),
      doctest::Contains("no such column: complete; write a word as 'complete', or, if it is a column, "), InputError);
  CHECK_THROWS_WITH_AS(results(t, {"--where", "augmentation = preaugmented"}),
                       doctest::Contains("write a word as 'preaugmented', or, if it is a column, columns are "),
                       InputError);
  check_refused(t, {"--where", "batch_size >"},
                "--where \"batch_size >\": near \")\": syntax error; give an SQL condition, such as batch_size > 128");
  check_refused(t, {"--where", "batch_size = $N"},
                "--where \"batch_size = $N\": what begins with $, :, @ or ? has no value here; put the condition in "
                "double quotes, for the shell to fill in $NAME");
  check_refused(t, {"--sort", "wall_second"}, "--sort: there is no column wall_second; did you mean wall_seconds?");
  check_refused(t, {"--sort", "trial down"}, "--sort is \"trial down\"; give a column, or a column and asc or desc");
  check_refused(t, {"--show", "trial,epoch"}, "--show: there is no column epoch; did you mean epochs?");
  check_refused(t, {"--rows", "epochs"}, "--columns is missing; a cross table has --rows and --columns");
  for (const Arguments& cross :
       {Arguments{"--rows", "score", "--columns", "epochs"}, Arguments{"--rows", "epochs", "--columns", "score"},
        Arguments{"--rows", "epochs", "--columns", "trial", "--value", "score"}}) {
    Arguments unread = cross;  // refused before any trial is read: trials have no such column
    unread.insert(unread.end(), {"--where", "json('{') = 1"});
    CHECK_THROWS_WITH_AS(results(t, unread), doctest::Contains(": there is no column score; "), InputError);
  }
  check_refused(t, {"--rows", "epochs", "--columns", "trial", "--value", "error"},
                "--value: error holds words; give a column of numbers");
  for (const char* best : {"-1", "0", "some", "9223372036854775808"})
    check_refused(t, {"--best", best}, fmt::format("stormsweep results: --best is {}; give 1 or more", best));
  check_refused(t, {"--search", "q"}, t.file + ": --search is q; the searches there are s");
}

TEST_CASE("a condition that no trial meets is reported as such, whatever was asked") {
  const TornadoResults t;
  for (const Arguments& what : {Arguments{}, {"--curves"}, {"--rows", "epochs", "--columns", "batch_size"}}) {
    Arguments options{"--where", "trial = 99"};
    options.insert(options.end(), what.begin(), what.end());
    CHECK(results(t, options) == "no trial meets --where\n");
  }
  CHECK(results(t, {"--where", "trial = 99", "--best", "1"}) ==
        "no complete trial has a validation_accuracy yet, of those that meet --where\n");
}

TEST_CASE("a condition cannot change the results") {
  const TornadoResults t;
  const std::string before = text_of(t.file);
  CHECK_NOTHROW(results(t, {"--where", "1); DELETE FROM trials; --"}));  // only the first statement is run
  CHECK(text_of(t.file) == before);
}

TEST_CASE("with several searches, the best are asked for one search at a time") {
  const TornadoResults t;
  { Store store(t.file, noop_space(R"({"index": [1]})", "n"), "f", {}); }
  check_refused(t, {"--best", "1"}, "--best: the file holds 2 searches; choose one with --search: s, n");
  CHECK(results(t, {"--best", "1", "--search", "s", "--format", "json", "--show", "trial,epochs"}) ==
        "[\n{\"trial\": 13, \"epochs\": 5}\n]\n");
}

TEST_CASE("--plot draws what would be printed, and is refused where nothing is drawn") {
  const TornadoResults results;
  const std::string file = (results.folder / "a.svg").string();
  const auto plot = [&](Arguments more) {
    more.insert(more.begin(), {results.file, "--plot", file});
    return printed(results_command, more);
  };
  for (const Arguments& what :
       {Arguments{"--rows", "batch_size", "--columns", "epochs"}, Arguments{}, Arguments{"--value", "test_accuracy"},
        Arguments{"--curves", "--value", "train_loss", "--where", "batch_size = 64"}}) {
    CHECK(plot(what) == file + '\n');
    CHECK(text_of(file).find("<svg ") != std::string::npos);
    std::filesystem::remove(file);
  }
  for (const Arguments& what : {Arguments{"--best", "3"}, Arguments{"--format", "csv"}, Arguments{"--show", "trial"}}) {
    CHECK_THROWS_WITH_AS(plot(what), doctest::Contains("--plot draws a cross table"), InputError);
    CHECK_FALSE(std::filesystem::exists(file));
  }
}

TEST_CASE("a journal for Optuna has trials as they are") {
  const TornadoResults results;
  CHECK(printed(results_command, {results.file, "--format", "optuna"}).starts_with("{\"op_code\":0,"));
  for (const Arguments& more : {Arguments{"--best", "3"}, Arguments{"--sort", "epochs"}, Arguments{"--curves"}}) {
    Arguments all{results.file, "--format", "optuna"};
    all.insert(all.end(), more.begin(), more.end());
    CHECK_THROWS_WITH_AS(results_command(all), doctest::Contains("a journal is of trials as they are"), InputError);
  }
}
