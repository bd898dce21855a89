#pragma once

#include <sys/types.h>

#include <atomic>

/// What SIGINT, SIGTERM and SIGUSR1 mean to `stormsweep run`: stop early, put away what is in hand, and exit with 85.
namespace stormsweep::signals {

/// From now on they set drain_asked() instead of ending this process.
void translate();
/// From now on, and in the program that this process becomes, they are nothing: rank 0 is told, and tells the others.
void ignore();

const std::atomic<bool>& drain_asked();
int interrupts();  ///< SIGINTs so far: who types Ctrl-C twice means it

/// Passes each on to `child` too, as `signal` (0: as it came), at once where one has come already. Nobody: 0.
void hand_to(pid_t child, int signal);
/// Each ends `child` by SIGTERM, at once where one has come already. Nobody: 0.
void end_by_them(pid_t child);

/// Notes Ctrl-Z instead of stopping this process, unless it was to be ignored.
void catch_stop();
bool take_stop();  ///< whether it was typed since the last call

}  // namespace stormsweep::signals
