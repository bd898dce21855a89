#include "worker/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <optional>
#include <string_view>

#include "worker/training_loop.hpp"

namespace stormsweep {

namespace {

struct Failure {
  Status status;
  std::string reason;
};

/// Messages of several lines, LibTorch's with their stack traces say, in one.
std::string one_line(std::string_view text) {
  std::string line(text.substr(0, text.find("\nException raised from")));
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

/// LibTorch 1.13's CPU allocator throws a plain Error, told from others by its text alone.
bool is_out_of_memory(const c10::Error& error) {
  return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
         std::string_view(error.what_without_backtrace()).find("can't allocate memory") != std::string_view::npos;
}

/// Does `work`; what it throws, but for Stopped, becomes a failure.
std::optional<Failure> attempt(const std::function<void()>& work) {
  try {
    work();
    return std::nullopt;
  } catch (const Diverged& error) {
    return Failure{Status::diverged, one_line(error.what())};
  } catch (const c10::Error& error) {
    return Failure{is_out_of_memory(error) ? Status::out_of_memory : Status::failed,
                   one_line(error.what_without_backtrace())};
  } catch (const std::bad_alloc&) {
    return Failure{Status::out_of_memory, "the machine's memory is used up"};
  } catch (const std::exception& error) {
    return Failure{Status::failed, one_line(error.what())};
  }
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

TrainingPlan make_plan(const Training& training, const Experiment& experiment) {
  const Reader reader(training.configuration, experiment);
  TrainingPlan plan{training.milestones, reader.choice("optimizer"), reader.real("learning_rate")};
  if (plan.milestones.empty()) plan.milestones = {reader.integer("epochs")};
  return plan;
}

TrainingEnd train(const std::function<std::unique_ptr<Task>()>& make, const TrainingPlan& plan,
                  const TrainingEvents& events) try {
  Timings timings;
  Metrics metrics;
  const double started = now();
  const auto timed_attempt = [&](const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    auto failure = attempt(work);
    timings.wall += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return failure;
  };

  std::optional<TrainingLoop> loop;
  auto failure = timed_attempt([&] { loop.emplace(make(), plan); });
  timings.load = timings.wall;
  for (std::size_t milestone = 0; milestone < plan.milestones.size(); ++milestone) {
    std::vector<EpochRecord> records;
    while (!failure && loop->epochs() < plan.milestones[milestone]) {
      failure = timed_attempt([&] { metrics = loop->run_epoch(timings, events.stop); });
      if (!failure) records.push_back({loop->epochs(), timings.wall, metrics});
    }
    if (loop && timings.train > 0) {
      timings.samples_per_second = static_cast<double>(loop->samples()) / timings.train;
      timings.flops = static_cast<double>(loop->training_flops()) / timings.train;
    }
    Outcome outcome;
    outcome.timings = timings;
    outcome.started = started;
    outcome.finished = now();
    if (failure) {
      outcome.status = failure->status;
      outcome.error = failure->reason;
    } else {
      outcome.metrics = metrics;
    }
    events.finished(milestone, outcome, records);
  }
  return TrainingEnd::finished;
} catch (const Stopped&) {
  return TrainingEnd::stopped;
}

}  // namespace stormsweep
