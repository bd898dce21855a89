#include "master/loop/run_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "master/schedule/budget.hpp"
#include "master/schedule/closing_margin.hpp"

namespace stormsweep {

RunLimits::RunLimits(const Limits& limits, std::size_t workers, std::uint64_t stored, Seconds now,
                     std::optional<Seconds> remaining, const Spent& spent)
    : limits_(limits), workers_(workers), started_(now - spent.time), handed_out_(stored), failures_(spent.failures) {
  if (!remaining) return;
  const Seconds margin = closing_margin(*remaining);
  deadline_ = now + *remaining - margin;
  // What is left is for the end of the job itself.
  patience_ = margin - std::max(margin / 4, std::min(Seconds(5), margin / 2));
}

bool RunLimits::workers_are_overdue(Seconds told, Seconds now) const {
  return deadline_ && now >= std::max(told, *deadline_) + patience_;
}

std::uint64_t RunLimits::trials_left() const {
  if (!limits_.trials) return std::numeric_limits<std::uint64_t>::max();
  return *limits_.trials - std::min(*limits_.trials, handed_out_);
}

void RunLimits::exhausted() {
  if (limits_.trials && trials_left() == 0) text_ = fmt::format("limits.trials ({})", *limits_.trials);
  if (last_ < std::numeric_limits<std::uint64_t>::max()) text_ = fmt::format("limits.target ({})", *limits_.target);
  exhausted_ = !text_.empty();
}

bool RunLimits::reached(Seconds now) {
  if (!text_.empty()) return true;
  if (const auto hours = hours_of(limits_, workers_); hours && now - started_ > Seconds(*hours * 3600))
    text_ = limit_text(limits_, workers_);
  if (too_many_failures()) text_ = fmt::format("limits.failures ({})", *limits_.failures);
  return !text_.empty();
}

bool RunLimits::can_finish(std::optional<double> expected, Seconds now) const {
  if (!expected || !deadline_) return true;
  const Seconds duration(*expected);
  return now + duration <= *deadline_ || started_ + duration > *deadline_;
}

}  // namespace stormsweep
