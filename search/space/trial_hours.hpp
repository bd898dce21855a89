#pragma once

#include <fmt/format.h>

#include <string>

namespace stormsweep {

/// Why a training was ended that has taken more than limits.trial_hours of its space.
inline std::string too_long(double trial_hours) {
  return fmt::format("took longer than limits.trial_hours ({})", trial_hours);
}

}  // namespace stormsweep
