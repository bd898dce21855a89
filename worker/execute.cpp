#include "worker/execute.hpp"

#include <chrono>
#include <exception>

#include "experiments/noop/noop.hpp"
#include "worker/trainer.hpp"

namespace stormsweep {

namespace {

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void execute_noop(const Experiment& experiment, const Training& training, std::uint64_t seed,
                  const std::function<bool()>& stopped, const std::function<void(wire::Finished)>& report) {
  const double started = unix_time();
  std::optional<Outcome> outcome;
  try {
    outcome = run_noop(training.configuration, experiment, seed, stopped);
  } catch (const std::exception& error) {
    outcome.emplace();
    outcome->status = Status::failed;
    outcome->error = error.what();
  }
  if (!outcome) return;
  outcome->started = started;
  outcome->finished = unix_time();
  outcome->timings.wall = outcome->finished - started;
  report({training.id, 0, std::move(*outcome), {}});
}

}  // namespace

void execute(const Experiment& experiment, const Training& training, const TaskContext& context,
             const std::function<bool()>& stopped, const std::function<void(wire::Finished)>& report) {
  if (experiment.name == "noop") return execute_noop(experiment, training, context.seed, stopped, report);
  TrainingEvents events;
  events.stop = stopped;
  events.finished = [&](std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs) {
    report({training.id, static_cast<std::uint32_t>(milestone), outcome, epochs});
  };
  train([&] { return make_task(experiment, training.configuration, context); }, make_plan(training, experiment),
        events);
}

}  // namespace stormsweep
