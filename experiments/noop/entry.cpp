#include "experiments/experiment_entry.hpp"
#include "experiments/noop/noop.hpp"

namespace stormsweep {

ExperimentEntry noop_entry() {
  return {.run = run_noop};
}

}  // namespace stormsweep
