#include "worker/task_executor.hpp"

#include <torch/cuda.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <string_view>

#include "experiments/registry.hpp"
#include "experiments/task/arithmetic.hpp"
#include "search/base/output.hpp"
#include "search/base/processor.hpp"
#include "search/base/time.hpp"
#include "search/space/cache_files.hpp"
#include "search/space/space.hpp"
#include "worker/ordered_staging.hpp"
#include "worker/report.hpp"
#include "worker/training/convolution_peak.hpp"
#include "worker/training/device_arithmetic.hpp"
#include "worker/training/device_memory.hpp"
#include "worker/training/rank_gang.hpp"
#include "worker/training/trainer.hpp"
#include "worker/training/training_loop.hpp"

namespace stormsweep {

namespace {

/// Saves the network of trial `milestone` for the master to keep.
void save(const Workplace& with, const Training& training, std::size_t milestone, Task& task) {
  const Experiment& experiment = *with.space.experiment;
  const Configuration configuration = training.trial(milestone, experiment);
  const std::filesystem::path file = fresh_model(with.models, identity(configuration, experiment, with.context.seed));
  try {
    task.keep(file, experiment, configuration);
  } catch (const std::exception& error) {
    const std::string_view what = error.what();
    remark("{}: {}; the network of this trial is not kept\n", file.string(), what.substr(0, what.find('\n')));
  }
}

CheckpointPlan checkpoint_plan(const Workplace& with, const Training& training) {
  const double every = with.settings.checkpoint_every;
  const bool at_end = training.rung && training.rung->goes_on;
  if (every <= 0 && !at_end) return {};
  const Identity curve = curve_identity(training.configuration, *with.space.experiment, with.context.seed);
  return {.file = checkpoint(checkpoints(with.context.cache), curve, with.context.fingerprint),
          .every = Seconds(every > 0 ? every : std::numeric_limits<double>::infinity()),
          .at_end = at_end};
}

torch::Device device_of(const Placement& placement) {
  if (!placement.gpu) return torch::kCPU;
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(*placement.gpu)};
}

/// Refers to `with`.
TaskContext task_context(const Workplace& with, const torch::Device& device) {
  return {.data = with.context.data,
          .fingerprint = with.context.fingerprint,
          .seed = with.context.seed,
          .cache = with.context.cache,
          .check_data = [&with] { check_files(with.space, with.stamps); },
          .device = device,
          .device_sharers = with.gpu_sharers,
          .threads = with.context.threads,
          .background = with.background};
}

TrainingPlan plan_of(const Workplace& with, const Training& training, const torch::Device& device) {
  const Experiment& experiment = *with.space.experiment;
  TrainingPlan plan = make_plan(training, experiment);
  plan.trial_hours = with.space.limits.trial_hours;
  plan.retry_out_of_memory = with.settings.retry_out_of_memory;
  const Reader read(training.configuration, experiment);
  allow_tf32(read.choice("precision") == "tf32");
  plan.peak = convolution_peak(device, arithmetic(read));
  return plan;
}

/// Events by which rank `shard` of a gang reports trials as they end, saves their networks if wanted, and updates its
/// progress in a training of `epochs`.
TrainingEvents events_of(const Workplace& with, const Training& training, int shard, std::int64_t epochs,
                         const std::function<bool()>& stopped) {
  TrainingEvents events;
  events.stop = stopped;
  events.finished = [&with, &training, shard](std::size_t milestone, const Outcome& outcome,
                                              const std::vector<EpochRecord>& records) {
    report_end(with, shard,
               {.training = training.id,
                .milestone = static_cast<std::uint32_t>(milestone),
                .outcome = outcome,
                .epochs = records});
  };
  if (!with.models.empty())
    events.trained = [&with, &training](std::size_t milestone, Task& task) { save(with, training, milestone, task); };
  events.stepping = [&with, epochs](std::int64_t epoch, std::int64_t done, std::int64_t all) {
    with.activity.train(epoch, epochs, done, all);
  };
  return events;
}

/// What a task does between its steps is told, and ends when the training is stopped: it may take longer than a job has
/// left.
void watch(TaskContext& context, Activity& activity, const std::function<bool()>& stopped) {
  const auto go_on = [&stopped] {
    if (stopped()) throw Stopped{};
  };
  context.preparing = [&activity, go_on](double share) {
    go_on();
    activity.prepare(share);
  };
  context.evaluating = [&activity, go_on](Split split, std::int64_t done, std::int64_t all) {
    go_on();
    activity.evaluate(split == Split::validation ? wire::Work::validating : wire::Work::testing, done, all);
  };
}

}  // namespace

std::string TaskExecutor::versions() const {
  return RunExecutor().versions() + ", LibTorch " + TORCH_VERSION;
}

int TaskExecutor::gpus() const {
  return static_cast<int>(torch::cuda::device_count());
}

DataCheck TaskExecutor::check(const Space& space, const std::filesystem::path& cache) const {
  if (run_of(*space.experiment)) return RunExecutor().check(space, cache);
  DataCheck found = check_data(space, cache);
  if (takes(space, "precision", "bf16") && gpus() == 0 && !gains_from_bfloat16())
    found.notes.emplace_back(
        "precision bf16 gains nothing here: this processor has no instructions for it that are faster than fp32's, or "
        "DNNL_MAX_CPU_ISA withholds them; fp32 is as fast or faster");
  return found;
}

void TaskExecutor::settle(const Placement& placement) {
  torch::set_num_threads(placement.threads);
  reserve_product_memory();
  context_.device = device_of(placement);
  use_device(context_.device);
}

void TaskExecutor::enter(const Workplace& workplace) {
  if (run_of(*workplace.space.experiment)) return runs_.emplace().enter(workplace);
  with_.emplace(workplace);
  context_ = task_context(*with_, context_.device);
  const RunSettings& settings = workplace.settings;
  if (settings.stage.empty()) return;
  stage_as_ordered(workplace.orders, workplace.space, settings.stage, Seconds(settings.lost_after), workplace.channel,
                   workplace.activity, context_);
  if (files_unchanged(*with_)) std::fill_n(with_->stamps.begin(), workplace.space.data.size(), FileStamp{});
}

void TaskExecutor::execute(const Assignment& assignment, const std::function<bool()>& stopped) {
  if (runs_) return runs_->execute(assignment, stopped);
  const Workplace& with = *with_;
  if (!files_unchanged(with)) return;
  const Experiment& experiment = *with.space.experiment;
  const Training& training = assignment.training;
  std::shared_ptr<RankGang> gang;
  TaskContext context = context_;
  if (assignment.gang > 0) context.gang = gang = std::make_shared<RankGang>(with.channel, assignment, stopped);
  watch(context, with.activity, stopped);
  const TrainingPlan plan = plan_of(with, training, context.device);
  const TrainingEvents events = events_of(with, training, context.gang->shard(), plan.milestones.back(), stopped);
  train([&] { return make_task(experiment, training.configuration, context); }, plan, events, gang.get(),
        checkpoint_plan(with, training));
  with.activity.rest();
  release_device_memory();
}

}  // namespace stormsweep
