#pragma once

#include <string>

#include "search/space/space.hpp"

namespace stormsweep::test {

/// A search by an experiment of the user's own, of two kinds of training. `edited` adds to the experiment.
inline Space own_space(const std::string& edited, const std::string& parameters, const std::string& momentum = "0.9") {
  return parse_space(
      R"({"name": "s", "experiment": {"name": "mine", "summary": "s", "run": ["sh", "train.sh"], "data": [],
    "metrics": [{"name": "score", "goal": "maximize", "meaning": "m"}], "milestone": "epochs", "hyperparameters": [
      {"name": "epochs", "type": "integer", "default": 5, "min": 1, "max": 99, "meaning": "m"},
      {"name": "momentum", "type": "real", "default": )" +
          momentum +
          R"(, "min": 0, "max": 1, "meaning": "m"},
      {"name": "schedule", "type": "choice", "default": "constant", "choices": ["constant", "cosine", "step"], "meaning": "m")" +
          edited + R"(}]}, )" + parameters + "}",
      "s.json", "/");
}

}  // namespace stormsweep::test
