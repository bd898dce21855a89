#include "worker/run_executor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "search/base/awake_time.hpp"
#include "search/base/error.hpp"
#include "search/base/text.hpp"
#include "search/base/time.hpp"
#include "search/base/utc.hpp"
#include "search/messages/wire.hpp"
#include "search/space/trial_hours.hpp"
#include "worker/channel/abandoned.hpp"
#include "worker/channel/all_reduce.hpp"
#include "worker/report.hpp"

namespace stormsweep {

namespace {

/// A gang of ranks of the job, which sums by MPI.
class MpiRunGang : public RunGang {
 public:
  MpiRunGang(MpiChannel& channel, const Assignment& assignment, const std::function<bool()>& abandoned)
      : all_reduce_(channel, {assignment.members.begin(), assignment.members.end()}, assignment.gang, abandoned) {}

  int rank() const override { return all_reduce_.place(); }
  int size() const override { return all_reduce_.size(); }

  void sum(std::span<float> values) override {
    // MPI may still write into the buffer of an abandoned sum, so it is not the caller's.
    const auto buffer = std::make_shared<std::vector<float>>(values.begin(), values.end());
    all_reduce_.wait(all_reduce_.start(*buffer, buffer));
    std::copy(buffer->begin(), buffer->end(), values.begin());
  }

 private:
  AllReduce all_reduce_;
};

/// One training. What goes wrong becomes the outcome of all its trials that have not ended.
class Running {
 public:
  Running(const Workplace& with, const Training& training, const RunContext& context,
          const std::function<bool()>& stopped)
      : with_(with), training_(training), context_(context), stopped_(stopped) {}

  void carry_out(Run& run) {
    const RunEvents events{
        .stopped = [&] { return stopped_() || over(); },
        .finished = [&](std::size_t milestone, Outcome outcome,
                        std::vector<EpochRecord> epochs) { end(milestone, std::move(outcome), std::move(epochs)); },
        .recalled = [&](double seconds) { recalled_ = seconds; }};
    std::optional<Outcome> left = outcome_of(run, events);
    if (!left || left->status == Status::complete) return;
    if (left->started == 0) left->started = started_, left->timings.wall = recalled_ + seconds();
    while (done_ < training_.trials()) end(done_, *left, {});
  }

 private:
  /// The outcome of the trials that the run has not reported; nothing where they stay unfinished.
  std::optional<Outcome> outcome_of(Run& run, const RunEvents& events) {
    try {
      std::optional<Outcome> left = run(*with_.space.experiment, training_, context_, events);
      if (!left && over() && !stopped_()) throw std::runtime_error(too_long(*trial_hours()));
      return left;
    } catch (const Abandoned&) {
      return std::nullopt;
    } catch (const std::exception& error) {
      Outcome failed;
      failed.status = Status::failed;
      failed.error = one_line(error.what());
      return failed;
    }
  }

  void end(std::size_t milestone, Outcome outcome, std::vector<EpochRecord> epochs) {
    done_ = milestone + 1;
    if (outcome.started == 0) outcome.started = started_;
    if (outcome.finished == 0) outcome.finished = steady_unix_time().now();
    report_end(with_, context_.gang->rank(),
               {.training = training_.id,
                .milestone = static_cast<std::uint32_t>(milestone),
                .outcome = std::move(outcome),
                .epochs = std::move(epochs)});
  }

  /// Seconds since the start, without pauses.
  double seconds() const { return (awake_time() - begun_).count(); }
  const std::optional<double>& trial_hours() const { return with_.space.limits.trial_hours; }
  bool over() const {
    const double spent = recalled_ + seconds();
    return trial_hours() && spent > *trial_hours() * 3600;
  }

  const Workplace& with_;
  const Training& training_;
  const RunContext& context_;
  const std::function<bool()>& stopped_;
  double started_ = steady_unix_time().begin();
  const Seconds begun_ = awake_time();
  double recalled_ = 0;  ///< seconds of earlier starts
  std::size_t done_ = 0;
};

/// Its file may have been written anew since this program was chosen for it.
Run* required_run(const Space& space) {
  Run* const run = run_of(*space.experiment);
  if (!run)
    throw InputError(fmt::format("{}: was another search space when this rank started; run it again", space.name));
  return run;
}

}  // namespace

DataCheck RunExecutor::check(const Space& space, const std::filesystem::path& cache) const {
  required_run(space);
  return check_run(space, KeptScans(cache));
}

void RunExecutor::enter(const Workplace& workplace) {
  run_ = required_run(workplace.space);
  with_.emplace(workplace);
}

void RunExecutor::execute(const Assignment& assignment, const std::function<bool()>& stopped) {
  if (!files_unchanged(*with_)) return;
  RunContext context = with_->context;
  if (assignment.gang > 0) context.gang = std::make_shared<MpiRunGang>(with_->channel, assignment, stopped);
  Running(*with_, assignment.training, context, stopped).carry_out(*run_);
}

}  // namespace stormsweep
