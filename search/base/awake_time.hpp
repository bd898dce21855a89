#pragma once

#include "search/base/time.hpp"

namespace stormsweep {

/// A clock for the duration of this process's own work: steady_time() without the time in which the process was stopped
/// (Ctrl-Z, a suspended job, a machine asleep), except for at most one second of each pause. Call from any thread.
Seconds awake_time();

}  // namespace stormsweep
