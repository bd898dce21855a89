#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "search/base/time.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What ends a run early: the limits of its space, and the end of its job. Is told the time, and decides purely.
class RunLimits {
 public:
  /// `workers`: of this run; `stored`: trials that earlier runs have ended; `remaining`: until the job must be over,
  /// nothing: for ever.
  RunLimits(const Limits& limits, std::size_t workers, std::uint64_t stored, Seconds now,
            std::optional<Seconds> remaining);

  /// How many more trials may be handed out.
  std::uint64_t trials_left() const;
  /// `trials` more are handed out. The limit is kept in grid order: which trials it leaves does not depend on what they
  /// cost.
  void hand_out(std::uint64_t trials) { handed_out_ += trials; }
  /// Nothing more is there to hand out: if that is so because of limits.trials, it has been reached.
  void exhausted();
  /// A trial has failed in this run.
  void fail() { ++failures_; }
  /// Looks at limits.hours, limits.rank_hours and limits.failures; whether a limit has been reached, by now or before.
  bool reached(Seconds now);
  /// limits.failures is reached: what still runs need not end.
  bool too_many_failures() const { return limits_.failures && failures_ >= *limits_.failures; }
  /// The limit that has been reached, "limits.hours (2)"; empty: none.
  const std::string& text() const { return text_; }

  /// The job is nearly over (closing_margin).
  bool time_is_over(Seconds now) const { return deadline_ && now >= *deadline_; }
  /// Whether a training that takes `expected` would end in time, if it began now. What nothing is known of is begun,
  /// and so is what is longer than the whole job: it goes on from its checkpoint in the next.
  bool can_finish(std::optional<double> expected, Seconds now) const;

 private:
  Limits limits_;
  std::size_t workers_;
  Seconds started_;
  std::optional<Seconds> deadline_;
  std::uint64_t handed_out_;  ///< trials, with those of earlier runs
  std::uint64_t failures_ = 0;
  std::string text_;
};

}  // namespace stormsweep
