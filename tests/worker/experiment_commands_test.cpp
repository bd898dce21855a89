#include "worker/experiment_commands.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"

using namespace stormsweep;

TEST_CASE("a command of an experiment is found by its verb and the experiment's name") {
  CHECK_FALSE(run_experiment_command({}));
  CHECK_FALSE(run_experiment_command({"check", "nowcast"}));
  CHECK_THROWS_WITH_AS(run_experiment_command({"label"}),
                       "stormsweep label: the experiment is missing; give one of segmentation, as in stormsweep label "
                       "segmentation --help",
                       InputError);
  // An experiment without this command, and a name that is not an experiment.
  for (const std::string word : {"nowcast", "noop", "hail"}) {
    CAPTURE(word);
    CHECK_THROWS_WITH_AS(
        run_experiment_command({"label", word}),
        ("stormsweep label: nothing for " + word + "; give the experiment first: segmentation").c_str(), InputError);
  }
  // The experiment itself refuses the words after its name.
  CHECK_THROWS_WITH_AS(run_experiment_command({"prepare", "tornado"}), doctest::Contains("stormsweep prepare tornado"),
                       InputError);
}
