#pragma once

#include "search/base/time.hpp"

namespace stormsweep {

/// How long before its end a run that may last `remaining` stops, so that rows can be stored and the ranks leave: 2 %
/// of that time, at least 10 s and at most 2 min, but never more than half.
Seconds closing_margin(Seconds remaining);

}  // namespace stormsweep
