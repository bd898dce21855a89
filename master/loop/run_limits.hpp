#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "search/base/time.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What a run has used of its limits before its ranks were started again.
struct Spent {
  Seconds time{0};
  std::uint64_t failures = 0;
};

/// What ends a run early: the limits of its space, and the end of its job. A pure state machine: the time is passed in.
class RunLimits {
 public:
  /// `workers`: of this run; `stored`: trials that earlier runs have ended; `remaining`: until the job must be over;
  /// empty: no limit; `spent`: by this run, before `now`.
  RunLimits(const Limits& limits, std::size_t workers, std::uint64_t stored, Seconds now,
            std::optional<Seconds> remaining, const Spent& spent = {});

  /// How many more trials may be handed out.
  std::uint64_t trials_left() const;
  /// `trials` more are handed out. Trials are counted in grid order, so which ones the limit allows does not depend on
  /// their cost.
  void hand_out(std::uint64_t trials) { handed_out_ += trials; }
  /// Training `number`, or a training of that bracket, has reached limits.target: nothing of a greater number need
  /// begin.
  void reach_target(std::uint64_t number) { last_ = std::min(last_, number); }
  /// The number beyond which nothing need begin.
  std::uint64_t last() const { return last_; }
  /// Nothing more can be handed out; if because of limits.trials or limits.target, that limit has been reached.
  void exhausted();
  /// A trial has failed in this run.
  void fail() { ++failures_; }
  std::uint64_t failures() const { return failures_; }
  /// Checks limits.hours, limits.rank_hours and limits.failures. Returns whether any limit has been reached so far.
  bool reached(Seconds now);
  /// Whether the reached limit left nothing more to hand out, so that the run ends once its running trials have ended.
  bool is_exhausted() const { return exhausted_; }
  /// Whether limits.failures is reached, in which case running trainings are not waited for.
  bool too_many_failures() const { return limits_.failures && failures_ >= *limits_.failures; }
  /// The limit that has been reached, "limits.hours (2)"; empty: none.
  const std::string& text() const { return text_; }

  /// The job is nearly over (closing_margin).
  bool time_is_over(Seconds now) const { return deadline_ && now >= *deadline_; }
  /// Whether workers that were told to stop at time `told` have had their part of that margin: three quarters of it,
  /// all but 5 s of less than 20 s, half of less than 10 s.
  bool workers_are_overdue(Seconds told, Seconds now) const;
  /// Whether a training that takes `expected` would end in time, if it began now. True also for one of unknown length,
  /// and for one longer than the whole job, which continues from its checkpoint in the next.
  bool can_finish(std::optional<double> expected, Seconds now) const;

 private:
  Limits limits_;
  std::size_t workers_;
  Seconds started_;
  std::optional<Seconds> deadline_;
  Seconds patience_{0};       ///< with workers, from then on
  std::uint64_t handed_out_;  ///< trials, including those of earlier runs
  std::uint64_t failures_;
  std::uint64_t last_ = std::numeric_limits<std::uint64_t>::max();
  bool exhausted_ = false;
  std::string text_;
};

}  // namespace stormsweep
