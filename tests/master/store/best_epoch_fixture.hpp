#pragma once

#include "tests/master/store/store_fixture.hpp"

namespace stormsweep::test {

/// A tornado search over 2, 4 and 6 epochs that chooses by `metric`.
inline Space searching_by(const std::string& metric) {
  return parse_space(R"({"name": "s", "experiment": "tornado", "data": {"train": "a", "validation": "b", "test": "c"},
                         "metric": )" +
                         metric + R"(, "parameters": {"epochs": [2, 4, 6]}})",
                     "space.json", "/");
}

inline const std::string accuracy = R"("validation_accuracy")";

/// Accuracy and loss of epoch e. The best epochs up to 2, 4 and 6 are 2, 3 and 3 by accuracy (5 is as good as 3, but
/// later), and 1, 4 and 4 by loss.
inline EpochRecord epoch(std::int64_t e) {
  constexpr double accuracies[] = {0.5, 0.7, 0.9, 0.8, 0.9, 0.6}, losses[] = {0.4, 0.6, 0.5, 0.3, 0.7, 0.3};
  return {e, double(e), {{"validation_accuracy", accuracies[e - 1]}, {"validation_loss", losses[e - 1]}}};
}

/// Ends milestone k of the training: two more epochs.
inline void reach(Store& store, const Training& t, std::int64_t k) {
  store.add_epochs(t, {epoch(2 * k + 1), epoch(2 * k + 2)});
  Outcome end = outcome(0);
  end.metrics = epoch(2 * k + 2).metrics;
  store.finish(t, static_cast<std::size_t>(k), worker(), end);
}

/// The whole search, in a file.
struct CurveSearch {
  TemporaryFolder folder;
  std::filesystem::path file = folder / "s.db";

  explicit CurveSearch(const std::string& metric = accuracy) {
    const Space space = searching_by(metric);
    Store store(file, space, "f", {.json = folder / "s.jsonl"});
    for (const std::int64_t k : {0, 1, 2}) reach(store, training(space, 0), k);
  }
  std::vector<std::string> rows() const {
    return query(file, "SELECT epochs, best_epoch, best_metric FROM results ORDER BY 1");
  }
};

}  // namespace stormsweep::test
