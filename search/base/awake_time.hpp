#pragma once

#include "search/base/time.hpp"

namespace stormsweep {

/// Seconds since some moment, but for those in which this process was stopped (Ctrl-Z, a suspended job, a machine
/// asleep): for what it works on. Until it is stopped it is steady_time(); of each pause it counts a second at most.
/// From any thread.
Seconds awake_time();

}  // namespace stormsweep
