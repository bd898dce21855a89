#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/command/command_run.hpp"
#include "tests/folder.hpp"

namespace stormsweep::test {

/// An experiment with a shell script that gets the configuration's word as $1.
inline Experiment experiment(const std::string& script, const std::string& more = "") {
  const nlohmann::json run{"sh", "-c", script, "sh", "{word}"};
  return parse_experiment(
      R"({"name": "mine", "summary": "s", "data": [], "milestone": "epochs", "run": )" + run.dump() + more + R"(,
      "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}],
      "hyperparameters": [{"name": "epochs", "type": "integer", "default": 1, "min": 1, "max": 99, "meaning": "m"},
                          {"name": "word", "type": "choice", "default": "one two", "choices": ["one two"], "meaning": "m"}]})",
      "e.json");
}

struct Ran {
  double recalled = 0;
  std::vector<Outcome> rows;
  std::optional<Outcome> left;
  std::vector<EpochRecord> epochs;
};

struct RunWorld {
  TemporaryFolder folder;
  bool one_training_a_curve = true;
  std::function<void()> before_reading = [] {};  ///< done before any report is read

  /// `stop_after`: seconds.
  Ran run(const Experiment& experiment, std::vector<std::int64_t> milestones = {1}, double stop_after = 1e9,
          const std::string& search = "s") const {
    RunContext context{.search = search, .cache = folder / "cache", .one_training_a_curve = one_training_a_curve};
    context.fingerprint = "0123456789abcdef0123456789abcdef";
    Training training{TrainingId{0}, {}, std::move(milestones)};
    training.configuration.values = {training.milestones.back(), std::string("one two")};
    const auto begin = std::chrono::steady_clock::now();
    Ran ran;
    const RunEvents events{
        .stopped =
            [&] {
              const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - begin;
              return gone.count() > stop_after;
            },
        .finished =
            [&](std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs) {
              CHECK(milestone == ran.rows.size());
              ran.rows.push_back(outcome);
              ran.epochs.insert(ran.epochs.end(), epochs.begin(), epochs.end());
            },
        .recalled =
            [&](double seconds) {
              ran.recalled = seconds;
              before_reading();
            }};
    ran.left = run_command(experiment, training, context, events);
    return ran;
  }

  std::vector<std::filesystem::path> work() const {
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "cache/work")) folders.push_back(entry);
    return folders;
  }
};

}  // namespace stormsweep::test
