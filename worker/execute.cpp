#include "worker/execute.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "experiments/registry.hpp"
#include "experiments/task/arithmetic.hpp"
#include "search/base/time.hpp"
#include "search/base/utc.hpp"
#include "search/space/cache_files.hpp"
#include "worker/report.hpp"
#include "worker/training/convolution_peak.hpp"
#include "worker/training/device_arithmetic.hpp"
#include "worker/training/device_memory.hpp"
#include "worker/training/rank_gang.hpp"
#include "worker/training/trainer.hpp"

namespace stormsweep {

namespace {

/// The leader reports how a gang fares; what goes wrong, whoever it befalls.
void report_end(const Workplace& with, const Gang& gang, wire::Finished finished) {
  if (gang.shard() == 0 || finished.outcome.status != Status::complete) report(with.channel, std::move(finished));
}

/// A training without a task. What goes wrong befalls all of its trials that have not ended.
void execute_run(const Workplace& with, const Training& training, const TaskContext& context,
                 const std::function<bool()>& stopped) {
  const double started = steady_unix_time();
  const Seconds begun = steady_time();
  const auto seconds = [&] { return (steady_time() - begun).count(); };
  const auto over = [&] { return with.trial_hours && seconds() > *with.trial_hours * 3600; };
  std::size_t done = 0;
  const auto end = [&](std::size_t milestone, Outcome outcome, std::vector<EpochRecord> epochs) {
    done = milestone + 1;
    outcome.finished = outcome.started + outcome.timings.wall;
    report_end(with, *context.gang,
               {.training = training.id,
                .milestone = static_cast<std::uint32_t>(milestone),
                .outcome = std::move(outcome),
                .epochs = std::move(epochs)});
  };
  const RunEvents events{.stopped = [&] { return stopped() || over(); }, .finished = end};
  std::optional<Outcome> left;
  try {
    left = entry_of(with.experiment).run(with.experiment, training, context, events);
    if (!left && over() && !stopped()) throw std::runtime_error(too_long(*with.trial_hours));
  } catch (const Abandoned&) {
    return;
  } catch (const std::exception& error) {
    left.emplace();
    left->status = Status::failed;
    left->error = error.what();
  }
  if (!left || left->status == Status::complete) return;
  if (left->started == 0) left->started = started, left->timings.wall = seconds();
  while (done < training.trials()) end(done, *left, {});
}

/// Saves the network of trial `milestone` for the master to keep.
void save(const Workplace& with, const Training& training, std::size_t milestone, Task& task) {
  const Configuration configuration = training.trial(milestone, with.experiment);
  const std::filesystem::path file =
      fresh_model(with.models, identity(configuration, with.experiment, with.context.seed));
  try {
    task.keep(file, with.experiment, configuration);
  } catch (const std::exception& error) {
    const std::string_view what = error.what();
    fmt::print(stderr, "{}: {}; the network of this trial is not kept\n", file.string(),
               what.substr(0, what.find('\n')));
  }
}

CheckpointPlan checkpoint_plan(const Workplace& with, const Training& training) {
  const double every = with.settings.checkpoint_every;
  const bool stays = training.rung && training.rung->goes_on;
  if (every <= 0 && !stays) return {};
  const Identity curve = curve_identity(training.configuration, with.experiment, with.context.seed);
  return {.file = checkpoint(checkpoints(with.context.cache), curve, with.context.fingerprint),
          .every = std::chrono::duration<double>(every > 0 ? every : std::numeric_limits<double>::infinity()),
          .stays = stays};
}

}  // namespace

void execute(const Assignment& assignment, const Workplace& with, const std::function<bool()>& stopped) {
  const Training& training = assignment.training;
  std::shared_ptr<RankGang> gang;
  TaskContext context = with.context;
  if (assignment.gang > 0) context.gang = gang = std::make_shared<RankGang>(with.channel, assignment, stopped);
  if (entry_of(with.experiment).run) return execute_run(with, training, context, stopped);

  TrainingEvents events;
  events.stop = stopped;
  events.finished = [&](std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs) {
    report_end(with, *context.gang,
               {.training = training.id,
                .milestone = static_cast<std::uint32_t>(milestone),
                .outcome = outcome,
                .epochs = epochs});
  };
  if (!with.models.empty())
    events.trained = [&](std::size_t milestone, Task& task) { save(with, training, milestone, task); };
  TrainingPlan plan = make_plan(training, with.experiment);
  plan.trial_hours = with.trial_hours;
  plan.retry_out_of_memory = with.settings.retry_out_of_memory;
  allow_tf32(Reader(training.configuration, with.experiment).choice("precision") == "tf32");
  plan.peak = convolution_peak(context.device, arithmetic(Reader(training.configuration, with.experiment)));
  train([&] { return make_task(with.experiment, training.configuration, context); }, plan, events, gang.get(),
        checkpoint_plan(with, training));
  release_device_memory();
}

}  // namespace stormsweep
