#pragma once

#include <iostream>
#include <sstream>

#include "search/base/options.hpp"
#include "tests/master/store/store_fixture.hpp"

namespace stormsweep::test {

/// What a command prints to standard output.
inline std::string printed(int (*command)(const Arguments&), const Arguments& arguments) {
  std::ostringstream out;
  std::streambuf* const before = std::cout.rdbuf(out.rdbuf());
  try {
    command(arguments);
  } catch (...) {
    std::cout.rdbuf(before);
    throw;
  }
  std::cout.rdbuf(before);
  return out.str();
}

/// A small tornado search: 2 lengths x 3 batch sizes x 2 multipliers; batch size 256 has multiplier 1 only, 64 was run
/// twice (replicates 0 and 1), and the last trial failed. Wall seconds are epochs * 1000 / batch size * multiplier +
/// replicate.
struct TornadoResults {
  TemporaryFolder folder;
  std::string file = (folder / "t.db").string();

  TornadoResults() {
    const Space space = tornado_space(
        R"({"epochs": [5, 10], "batch_size": [64, 128, 256], "data_multiplier": [1, 2], "replicate": [0, 1]})");
    Store store(file, space, "f", {});
    const Trainings trainings(space);
    for (std::uint64_t i = 0; i < trainings.size(); ++i) add(store, space, *trainings.at(TrainingId{i}));
  }

  void add(Store& store, const Space& space, const Training& t) {
    const Reader read(t.configuration, *space.experiment);
    const auto batch = read.integer("batch_size"), multiplier = read.integer("data_multiplier"),
               replicate = read.integer("replicate");
    if ((batch == 256 && multiplier == 2) || (batch != 64 && replicate == 1)) return;
    for (std::size_t k = 0; k < t.milestones.size(); ++k) {
      Outcome o = outcome(0.9 + 0.0001 * double(batch), "validation_accuracy");
      o.timings.wall = double(t.milestones[k]) * 1000 / double(batch) * double(multiplier) + double(replicate);
      o.metrics.emplace_back("test_accuracy", 0.5 + 0.01 * double(multiplier));
      if (k == 1 && batch == 256) o = failure("loss is nan & more", Status::diverged);
      store.finish(t, k, worker(), o);
    }
    store.add_epochs(t, {{1, 1, {{"train_loss", 1.0 / double(batch)}}}, {2, 2, {{"train_loss", 0.5 / double(batch)}}}});
  }
};

}  // namespace stormsweep::test
