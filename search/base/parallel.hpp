#pragma once

#include <cstdint>
#include <functional>

namespace stormsweep {

/// Calls do_one(0) ... do_one(count - 1), begun in that order, on up to `threads` threads. After one has thrown, no
/// more are begun, and the exception of the first in order is rethrown: the same one on any number of threads. Where
/// the system gives fewer threads, those do the work.
void in_parallel(std::int64_t count, int threads, const std::function<void(std::int64_t)>& do_one);

}  // namespace stormsweep
