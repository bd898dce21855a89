#pragma once

#include "search/base/time.hpp"

namespace stormsweep {

/// How long before its end a run that may last `remaining` stops, so that rows are put away and the ranks leave: 2 % of
/// it, but 10 s at least and 2 min at most, and never more than half.
Seconds closing_margin(Seconds remaining);

}  // namespace stormsweep
