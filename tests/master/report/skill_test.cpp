#include "master/report/skill.hpp"

#include <doctest/doctest.h>

#include "master/cli/results.hpp"
#include "search/base/error.hpp"
#include "tests/master/report/results_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// Trials 1, 2, 3 with test skills -0.25, 0, 0.5; the second is the most accurate; none has any skill on validation
/// data.
struct SkillResults {
  TemporaryFolder folder;
  std::string file = (folder / "s.db").string();

  SkillResults() {
    const Space space = tornado_space(R"({"batch_size": [32, 64, 128]})");
    Store store(file, space, "f", {});
    const double skills[] = {-0.25, 0, 0.5}, accuracies[] = {0.7, 0.9, 0.8};
    for (std::uint64_t i = 0; i < 3; ++i) {
      Outcome one = outcome(accuracies[i], "validation_accuracy");
      one.metrics.emplace_back("test_brier_skill", skills[i]);
      store.finish(training(space, i), 0, worker(), one);
    }
  }
};

const std::string why = " (1 - Brier score / Brier score of the test split's base rate)";

}  // namespace

TEST_CASE("trials that are no better than a simple forecast are reported, in the order that was asked for") {
  const SkillResults results;
  Selection selection(results.file, "", "");
  using Sentences = std::vector<std::string>;
  CHECK(without_skill(selection, "ORDER BY trial DESC") ==
        Sentences{"trials 2, 1 have no skill: test_brier_skill is 0.0000, -0.2500" + why});
  CHECK(without_skill(selection, "WHERE trial = 1") ==
        Sentences{"trial 1 has no skill: test_brier_skill is -0.2500" + why});
  CHECK(without_skill(selection, "WHERE trial = 3").empty());
  CHECK(without_skill(selection, "ORDER BY trial DESC LIMIT 1").empty());
}

TEST_CASE("of a whole search, only the best trial is reported") {
  const SkillResults results;
  CHECK(best_without_skill(results.file, "s") ==
        std::vector<std::string>{"trial 2 has no skill: test_brier_skill is 0.0000" + why});
  CHECK_THROWS_AS(best_without_skill(results.file, "another"), InputError);
}

TEST_CASE("results --best says below its table which of them have no skill") {
  const SkillResults results;
  CHECK(printed(results_command, {results.file, "--best", "1"})
            .ends_with("\ntrial 2 has no skill: test_brier_skill is 0.0000" + why + "\n"));
}
