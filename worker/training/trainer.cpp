#include "worker/training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "experiments/task/out_of_memory.hpp"
#include "search/base/awake_time.hpp"
#include "search/base/output.hpp"
#include "search/base/text.hpp"
#include "search/base/time.hpp"
#include "search/base/utc.hpp"
#include "search/space/trial_hours.hpp"
#include "worker/training/checkpoint.hpp"
#include "worker/training/training_loop.hpp"

namespace stormsweep {

namespace {

/// Work of less than this since the start, or the last checkpoint, is cheaper to redo than to save.
constexpr Seconds least_worth_saving{1};

struct Failure {
  Status status;
  std::string reason;
};

/// Steps of a gang between two checks of the leader's clock, each of which takes a sum over the gang.
constexpr int steps_a_look = 16;

/// Without the stack traces that LibTorch adds to its messages, one way or another.
std::string reason_of(const std::exception& error) {
  std::string_view text = error.what();
  for (const std::string_view trace : {"\nException raised from", "\nframe #0: "})
    text = text.substr(0, text.find(trace));
  return one_line(text);
}

/// Does `work`. What it throws becomes a failure, except for Stopped and Abandoned.
std::optional<Failure> attempt(const std::function<void()>& work) {
  try {
    work();
    return std::nullopt;
  } catch (const Abandoned&) {
    throw;
  } catch (const Diverged& error) {
    return Failure{Status::diverged, reason_of(error)};
  } catch (const std::bad_alloc&) {
    return Failure{Status::out_of_memory, "the machine's memory is used up"};
  } catch (const c10::Error& error) {
    return Failure{is_out_of_memory(error) ? Status::out_of_memory : Status::failed, reason_of(error)};
  } catch (const std::exception& error) {
    return Failure{Status::failed, reason_of(error)};
  }
}

/// Seconds of a training, without what its listeners and checkpoints take, and without pauses.
class Clock {
 public:
  explicit Clock(double seconds = 0) : before_(seconds) {}
  double seconds() const { return before_ + (start_ ? (awake_time() - *start_).count() : 0); }
  void go() { start_ = awake_time(); }
  void pause() { before_ = seconds(), start_.reset(); }
  void set(double seconds) { before_ = seconds; }
  void take_back(double seconds) { before_ -= seconds; }

 private:
  double before_;
  std::optional<Seconds> start_;
};

/// One training from its start, or its checkpoint, to its end.
class Trainer {
 public:
  Trainer(const TrainingPlan& plan, const TrainingEvents& events, RankGang* gang, const CheckpointPlan& checkpoints)
      : plan_(plan), events_(events), gang_(gang), every_(checkpoints.every), at_end_(checkpoints.at_end) {
    if (!checkpoints.file.empty()) checkpoint_.emplace(checkpoints.file);
  }

  void run(const std::function<std::unique_ptr<Task>()>& make);
  void save_if_worth_it(Seconds least);
  /// These seconds are not of the training.
  void take_back(double seconds) { clock_.take_back(seconds); }

 private:
  void load(const std::function<std::unique_ptr<Task>()>& make);
  void resume(const std::function<std::unique_ptr<Task>()>& make);
  void tell_mixture(const std::string& before);
  void check_time();
  std::optional<Failure> timed(const std::function<void()>& work);
  Outcome outcome(const std::optional<Failure>& failure, const Metrics& metrics) const;
  bool leads() const { return !gang_ || gang_->shard() == 0; }

  TrainingPlan plan_;
  const TrainingEvents& events_;
  RankGang* gang_;
  std::optional<Checkpoint> checkpoint_;
  Seconds every_;
  bool at_end_;
  std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
  double started_ = steady_unix_time().begin();
  std::optional<TrainingLoop> loop_;
  Clock clock_;
  int looks_ = 0;              ///< at the clock, so far
  bool unsaved_told_ = false;  ///< whether a failed checkpoint has been reported
  TrainingProgress progress_;
  bool told_ = false;  ///< whether its records were reported; they stay until the next epoch, as a report may be lost
                       ///< when we are stopped
};

void Trainer::run(const std::function<std::unique_ptr<Task>()>& make) {
  auto failure = timed([&] { load(make); });
  if (progress_.timings.load == 0) progress_.timings.load = clock_.seconds();
  if (!failure) failure = timed([&] { resume(make); });
  Metrics metrics;
  const auto before_step = [&] {
    if (events_.stop()) throw Stopped{};
    events_.stepping(loop_->epochs() + 1, loop_->steps(), loop_->task().batches_per_epoch());
    check_time();
    clock_.pause();
    save_if_worth_it(every_);
    clock_.go();
  };
  for (std::size_t milestone = 0; milestone < plan_.milestones.size(); ++milestone) {
    while (!failure && loop_->epochs() < plan_.milestones[milestone]) {
      failure = timed([&] { metrics = loop_->run_epoch(progress_.timings, before_step); });
      if (failure) break;
      if (std::exchange(told_, false)) progress_.records.clear();
      progress_.records.push_back({loop_->epochs(), clock_.seconds(), metrics});
    }
    if (!failure) metrics = progress_.records.back().metrics;
    if (!failure && events_.trained && leads()) events_.trained(milestone, loop_->task());
    // Saved before the report, because after it another worker may continue from here.
    if (!failure && at_end_ && milestone + 1 == plan_.milestones.size()) save_if_worth_it({});
    events_.finished(milestone, outcome(failure, metrics), told_ ? std::vector<EpochRecord>() : progress_.records);
    told_ = true;
  }
}

void Trainer::load(const std::function<std::unique_ptr<Task>()>& make) {
  loop_.emplace(make(), plan_, gang_);
}

/// A checkpoint beyond the first milestone is useless, and so is one that cannot be read, unless memory is short: then
/// a later attempt may read it.
void Trainer::resume(const std::function<std::unique_ptr<Task>()>& make) {
  std::optional<TrainingProgress> found;
  try {
    if (checkpoint_) found = checkpoint_->load(*loop_);
  } catch (const c10::Error& error) {
    if (is_out_of_memory(error)) throw;
    if (leads())
      remark("{} cannot be read ({}); trained from the start\n", checkpoint_->file().string(), reason_of(error));
    loop_.emplace(make(), plan_, gang_);
  }
  bool covers = found && (loop_->epochs() < plan_.milestones[0] ||
                          (!found->records.empty() && found->records.back().epoch == plan_.milestones[0]));
  // Then the first milestone's metrics are still there, but not its network.
  if (events_.trained && covers && loop_->epochs() == plan_.milestones[0] && loop_->steps() > 0) covers = false;
  if (found && !covers) loop_.emplace(make(), plan_, gang_);
  if (gang_) {
    // In parts small enough that float32 sums them exactly.
    const auto own = torch::tensor({loop_->samples() % 4096, loop_->samples() / 4096 % 4096}).to(torch::kFloat32);
    torch::Tensor sum = own.clone();
    gang_->sum(sum);
    if (!sum.equal(own * gang_->shards()))
      throw std::runtime_error(
          "the ranks of the gang see different checkpoints: give --results on a shared file system");
  }
  if (!covers) return;
  if (leads()) tell_mixture(found->computed_with);
  progress_ = *std::move(found);
  clock_.set(progress_.timings.wall);
}

void Trainer::tell_mixture(const std::string& before) {
  const std::string now = computing_with();
  const bool on_gpu = loop_->task().network().parameters().at(0).is_cuda();  // where these do not matter
  if (before.empty() || before == now || on_gpu) return;
  remark("{}: computed so far with {}, from here with {}; the last bits may differ from either's\n",
         checkpoint_->file().string(), before, now);
}

void Trainer::save_if_worth_it(Seconds least) {
  const auto now = std::chrono::steady_clock::now();
  if (!checkpoint_ || !leads() || !loop_ || now - saved_ < least) return;
  progress_.timings.wall = clock_.seconds();
  try {
    checkpoint_->save(*loop_, progress_);
  } catch (const Abandoned&) {
    throw;
  } catch (const std::exception& error) {  // no reason to lose the training
    if (!std::exchange(unsaved_told_, true))
      remark("{}; the training goes on without its checkpoint\n", reason_of(error));
  }
  saved_ = std::chrono::steady_clock::now();
}

void Trainer::check_time() {
  if (!plan_.trial_hours || (gang_ && looks_++ % steps_a_look != 0)) return;
  // Loading does not count: it may have waited for files that one rank makes for all.
  bool over = clock_.seconds() - progress_.timings.load > *plan_.trial_hours * 3600;
  if (gang_) {
    torch::Tensor leader = torch::full({1}, leads() && over ? 1.0F : 0.0F);
    gang_->sum(leader);
    over = leader.item<float>() > 0;
  }
  if (over) throw std::runtime_error(too_long(*plan_.trial_hours));
}

std::optional<Failure> Trainer::timed(const std::function<void()>& work) {
  clock_.go();
  auto failure = attempt(work);
  clock_.pause();
  return failure;
}

Outcome Trainer::outcome(const std::optional<Failure>& failure, const Metrics& metrics) const {
  Outcome outcome;
  outcome.timings = progress_.timings;
  outcome.timings.wall = clock_.seconds();
  if (loop_ && outcome.timings.train > 0) {
    outcome.timings.samples_per_second = static_cast<double>(loop_->samples()) / outcome.timings.train;
    outcome.timings.flops = static_cast<double>(loop_->training_flops()) / outcome.timings.train;
    if (plan_.peak > 0)
      outcome.timings.peak_share = outcome.timings.flops / (plan_.peak * (gang_ ? gang_->shards() : 1));
  }
  outcome.started = started_;
  outcome.finished = steady_unix_time().now();
  if (failure) {
    outcome.status = failure->status;
    outcome.error = failure->reason;
  } else {
    outcome.metrics = metrics;
  }
  return outcome;
}

}  // namespace

TrainingEnd train(const std::function<std::unique_ptr<Task>()>& make, const TrainingPlan& plan,
                  const TrainingEvents& events, RankGang* gang, const CheckpointPlan& checkpoints) {
  Trainer trainer(plan, events, gang, checkpoints);
  try {
    trainer.run(make);
    return TrainingEnd::finished;
  } catch (const Abandoned&) {
    return TrainingEnd::stopped;
  } catch (const Stopped& stopped) {  // saved below
    trainer.take_back(stopped.in_vain);
  }
  try {
    trainer.save_if_worth_it(std::min(checkpoints.every, least_worth_saving));
  } catch (const Abandoned&) {  // sums that the checkpoint needs are lost; an earlier one stays
  }
  return TrainingEnd::stopped;
}

}  // namespace stormsweep
