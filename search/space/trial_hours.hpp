#pragma once

#include <fmt/format.h>

#include <string>

namespace stormsweep {

/// The error of trials whose training was ended because it took more than limits.trial_hours.
inline std::string too_long(double trial_hours) {
  return fmt::format("took longer than limits.trial_hours ({})", trial_hours);
}

}  // namespace stormsweep
