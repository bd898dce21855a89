#include "experiments/noop/noop.hpp"

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "search/seed.hpp"

namespace stormsweep {

Outcome run_noop(const Configuration& configuration, const Experiment& experiment, std::uint64_t seed) {
  const Reader read(configuration, experiment);
  const double milliseconds = read.real("milliseconds");
  if (milliseconds > 0) std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(milliseconds));

  const std::string& wanted = read.choice("outcome");
  if (wanted == "abort") std::abort();
  if (wanted == "throw") throw std::runtime_error("thrown as the configuration asks");
  Outcome outcome;
  if (wanted == "nan") {
    outcome.status = Status::diverged;
    outcome.error = "loss is not finite, as the configuration asks";
    return outcome;
  }
  const std::uint64_t bits = derive_seed(seed, "noop", {static_cast<std::uint64_t>(read.integer("index")),
                                                        static_cast<std::uint64_t>(read.integer("replicate"))});
  outcome.metrics = {{"score", static_cast<double>(bits >> 11) * 0x1.0p-53}};
  return outcome;
}

}  // namespace stormsweep
