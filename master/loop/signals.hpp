#pragma once

#include <sys/types.h>

#include <atomic>

/// What SIGINT, SIGTERM and SIGUSR1 mean to `stormsweep run`: stop early, save the state of running trainings, and exit
/// with 85.
namespace stormsweep::signals {

/// From now on they set drain_asked() instead of ending this process.
void translate();
/// Ignores them, in the program that this process becomes, too: rank 0 gets them, and tells the other ranks.
void ignore();

const std::atomic<bool>& drain_asked();
int interrupts();  ///< SIGINTs so far: a second Ctrl-C ends everything at once

/// From now on also passes them on to `child`, as `signal` (0: unchanged); one that has come already, at once. `child`
/// 0: to nobody.
void hand_to(pid_t child, int signal);
/// From now on each ends `child` by SIGTERM; one that has come already, at once. `child` 0: nobody.
void end_by_them(pid_t child);

/// Records Ctrl-Z instead of stopping this process, unless SIGTSTP is ignored.
void catch_stop();
bool take_stop();  ///< whether Ctrl-Z was typed since the last call

}  // namespace stormsweep::signals
