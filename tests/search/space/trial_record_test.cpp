#include "search/space/trial_record.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace stormsweep;

TEST_CASE("the view's columns are those that the README names, and no name is taken twice") {
  std::vector<std::string_view> shown, all;
  for (const TrialColumn& column : trial_columns()) {
    CHECK(std::find(all.begin(), all.end(), column.name) == all.end());
    all.push_back(column.name);
    if (is_result_column(column.name)) shown.push_back(column.name);
  }
  CHECK(shown == std::vector<std::string_view>{"training",
                                               "seed",
                                               "method",
                                               "proposal",
                                               "bracket",
                                               "rung",
                                               "status",
                                               "attempt",
                                               "worker",
                                               "host",
                                               "device",
                                               "threads",
                                               "gang",
                                               "ranks",
                                               "cpu",
                                               "versions",
                                               "wall_seconds",
                                               "load_seconds",
                                               "augment_seconds",
                                               "train_seconds",
                                               "test_seconds",
                                               "samples_per_second",
                                               "flops",
                                               "peak_share",
                                               "rank_seconds",
                                               "best_epoch",
                                               "best_metric",
                                               "error",
                                               "started",
                                               "finished"});
  CHECK(is_result_column("trial"));
  CHECK(is_result_column("search"));
  CHECK_FALSE(is_result_column("metrics"));  // each has a column of its own
  CHECK_FALSE(is_result_column("batch_size"));
}
