#pragma once

#include <functional>

#include "search/base/error.hpp"

namespace stormsweep {

/// What `main` of `program` does: `work`, whose exit status it returns, once all that was written to standard output is
/// there. If it is not (a full disk, say), one line on standard error tells, and the status is exit_some_failed at
/// least. What `work` throws is told in a line there, too: bad input, or anything else, whose status is `unexpected`.
///
/// Writes beyond the user's limit on files (ulimit -f) fail, as on a full disk, and do not end the program; and the
/// children that it waits for tell how they ended, though whoever started it ignores its own.
int run_program(const char* program, const std::function<int()>& work, ExitStatus unexpected = exit_some_failed);

}  // namespace stormsweep
