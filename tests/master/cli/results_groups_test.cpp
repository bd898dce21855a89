// `results --over`: rows that agree in all but some hyperparameters are one.
#include <doctest/doctest.h>

#include <cmath>

#include "master/cli/results.hpp"
#include "search/base/error.hpp"
#include "tests/master/report/results_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// Two configurations with three replicates each, of which one has no defined score, and one configuration that failed.
/// Scores 1, 2, 4 have the mean 7/3 and the deviation sqrt((16 + 1 + 25) / 9 / 2) = 1.5275; 0 and 4.5 have 2.25 and
/// sqrt(2 * 2.25^2) = 3.1820.
struct Replicates {
  TemporaryFolder folder;
  std::string file = (folder / "s.db").string();

  Replicates() {
    const Space space = noop_space(R"({"index": [1, 2, 3], "replicate": [0, 1, 2]})");
    const double scores[] = {1, 2, 4, 0, 4.5, std::nan("")};
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 6; ++i) store.finish(training(space, i), 0, worker(), outcome(scores[i]));
    store.finish(training(space, 6), 0, worker(), failure("no"));
  }
  std::string over(Arguments options) const {
    options.insert(options.begin(), file);
    return printed(results_command, options);
  }
};

const std::string over_replicate =
    "Each row is the mean of complete trials over replicate; _sd is the standard deviation of a sample\n";

}  // namespace

TEST_CASE("rows that agree in all but some hyperparameters are one: mean, deviation and number") {
  const Replicates r;
  CHECK(r.over({"--over", "replicate"}) == R"(trials  index   score  score_sd  score_n  wall_seconds
------------------------------------------------------
     3      1  2.3333    1.5275        3         1.500
     3      2  2.2500    3.1820        2         1.500
)" + over_replicate);
  CHECK(r.over({"--over", "replicate", "--format", "csv", "--show", "first_trial,trials,score_n,wall_seconds_sd",
                "--sort", "score_n"}) == "first_trial,trials,score_n,wall_seconds_sd\n4,3,2,0.0\n1,3,3,0.0\n");
  CHECK(r.over({"--over", "index,replicate", "--where", "trial < 4 OR trial = 5", "--format", "csv", "--show",
                "trials,score"}) == "trials,score\n4,2.875\n");
  CHECK(r.over({"--over", "gpus", "--where", "trial = 1", "--format", "csv", "--show", "score,score_sd,replicate"}) ==
        "score,score_sd,replicate\n1.0,,0\n");
}

TEST_CASE("the best of groups is by the mean") {
  const Replicates r;
  CHECK(r.over({"--best", "1", "--format", "csv", "--show", "trial,index,replicate,score"}).ends_with("\n5,2,1,4.5\n"));
  CHECK(r.over({"--best", "1", "--over", "replicate", "--format", "csv", "--show",
                "trials,index,score,score_sd,score_n,wall_seconds"}) ==
        "trials,index,score,score_sd,score_n,wall_seconds\n3,1,2.3333333333333335,1.5275252316519465,3,1.5\n");
}

TEST_CASE("the best have all columns in csv and json, as all trials have") {
  const Replicates r;
  const auto header = [](const std::string& csv) { return csv.substr(0, csv.find('\n')); };
  CHECK(header(r.over({"--best", "1", "--format", "csv"})) == header(r.over({"--format", "csv"})));
  CHECK(header(r.over({"--best", "1", "--over", "replicate", "--format", "csv"})) ==
        header(r.over({"--over", "replicate", "--format", "csv"})));
  CHECK(r.over({"--best", "1", "--format", "json"}).find("\"load_seconds\": 0.25") != std::string::npos);
}

TEST_CASE("columns and an order may also be chosen for the best") {
  const Replicates r;
  CHECK(r.over({"--best", "3", "--show", "trial,score", "--sort", "trial", "--format", "csv"}) ==
        "trial,score\n2,2.0\n3,4.0\n5,4.5\n");
  CHECK(r.over({"--best", "2", "--over", "replicate", "--show", "index,score_n,wall_seconds_sd", "--sort", "index desc",
                "--format", "csv"}) == "index,score_n,wall_seconds_sd\n2,2,0.0\n1,3,0.0\n");
}

TEST_CASE("what cannot be grouped is refused") {
  const Replicates r;
  CHECK_THROWS_WITH_AS(r.over({"--over", "replicat"}),
                       "--over is replicat, which is no hyperparameter; did you mean replicate?", InputError);
  CHECK_THROWS_WITH_AS(r.over({"--over", "replicate", "--rows", "index", "--columns", "gpus"}),
                       "--over: the cells of a cross table and of curves are means already; leave --over out",
                       InputError);
  CHECK_THROWS_WITH_AS(r.over({"--over", "replicate", "--sort", "trial"}),
                       doctest::Contains("--sort: there is no column trial"), InputError);
}
