#include "master/loop/run_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "master/schedule/closing_margin.hpp"

namespace stormsweep {

RunLimits::RunLimits(const Limits& limits, std::uint64_t stored, Seconds now, std::optional<Seconds> remaining)
    : limits_(limits), started_(now), handed_out_(stored) {
  if (remaining) deadline_ = now + *remaining - closing_margin(*remaining);
}

std::uint64_t RunLimits::trials_left() const {
  if (!limits_.trials) return std::numeric_limits<std::uint64_t>::max();
  return *limits_.trials - std::min(*limits_.trials, handed_out_);
}

void RunLimits::exhausted() {
  if (limits_.trials && trials_left() == 0) text_ = fmt::format("limits.trials ({})", *limits_.trials);
}

bool RunLimits::reached(Seconds now) {
  if (!text_.empty()) return true;
  if (limits_.hours && now - started_ > Seconds(*limits_.hours * 3600))
    text_ = fmt::format("limits.hours ({})", *limits_.hours);
  if (too_many_failures()) text_ = fmt::format("limits.failures ({})", *limits_.failures);
  return !text_.empty();
}

bool RunLimits::can_finish(std::optional<double> expected, Seconds now) const {
  if (!expected || !deadline_) return true;
  const Seconds duration(*expected);
  return now + duration <= *deadline_ || started_ + duration > *deadline_;
}

}  // namespace stormsweep
