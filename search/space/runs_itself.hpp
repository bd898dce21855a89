#pragma once

#include "search/space/experiment.hpp"

namespace stormsweep {

/// Whether the experiment has a run of its own, and no task: it lacks the hyperparameters of training.json, which every
/// experiment with a task includes. A rank needs no LibTorch for it.
inline bool runs_itself(const Experiment& experiment) {
  return experiment.command || (!experiment.network && !experiment.find("optimizer"));
}

}  // namespace stormsweep
