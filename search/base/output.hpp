#pragma once

namespace stormsweep {

/// From now on writes beyond the user's limit on files (ulimit -f) fail, as on a full disk, and do not end the program.
void let_writes_fail();

/// The exit status of `program`, which would be `status`, once all that it has written to standard output is there. If
/// it is not (a full disk, say), one line on standard error tells, and it is exit_some_failed at least.
int status_with_output(const char* program, int status);

}  // namespace stormsweep
