#include "worker/execute.hpp"

#include <chrono>
#include <exception>

#include "experiments/noop/noop.hpp"
#include "worker/device_memory.hpp"
#include "worker/rank_gang.hpp"
#include "worker/trainer.hpp"

namespace stormsweep {

namespace {

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void execute_noop(const Experiment& experiment, const Training& training, const TaskContext& context,
                  const std::function<bool()>& stopped, const std::function<void(wire::Finished)>& report) {
  const double started = unix_time();
  std::optional<Outcome> outcome;
  try {
    outcome = run_noop(training.configuration, experiment, context.seed, *context.gang, stopped);
  } catch (const Abandoned&) {
    return;
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

/// One file a training, however it is numbered: the identity of its configuration without its milestone, and its data.
std::filesystem::path checkpoint_file(const Experiment& experiment, const Training& training,
                                      const TaskContext& context) {
  Configuration configuration = training.configuration;
  if (experiment.milestone) configuration.values[*experiment.milestone] = std::int64_t{0};
  const std::string name = to_hex(identity(configuration, experiment, context.seed));
  return context.cache / "checkpoints" / (name + "-" + context.fingerprint.substr(0, 16) + ".pt");
}

}  // namespace

void execute(const Duty& duty, const Workplace& with, const std::function<bool()>& stopped) {
  const Training& training = duty.training;
  std::shared_ptr<RankGang> gang;
  TaskContext context = with.context;
  if (duty.gang > 0) context.gang = gang = std::make_shared<RankGang>(with.channel, duty, stopped);
  // The leader tells how a gang fares; what goes wrong, whoever it befalls.
  const auto report = [&](wire::Finished finished) {
    if (context.gang->shard() == 0 || finished.outcome.status != Status::complete) with.report(std::move(finished));
  };
  if (with.experiment.name == "noop") return execute_noop(with.experiment, training, context, stopped, report);

  TrainingEvents events;
  events.stop = stopped;
  events.finished = [&](std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs) {
    report({training.id, static_cast<std::uint32_t>(milestone), outcome, epochs});
  };
  TrainingPlan plan = make_plan(training, with.experiment);
  plan.retry_out_of_memory = with.retry_out_of_memory;
  CheckpointPlan checkpoints{{}, with.checkpoint_every};
  if (with.checkpoint_every.count() > 0) checkpoints.file = checkpoint_file(with.experiment, training, context);
  train([&] { return make_task(with.experiment, training.configuration, context); }, plan, events, gang.get(),
        checkpoints);
  release_device_memory();
}

}  // namespace stormsweep
