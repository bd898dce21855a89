#pragma once

namespace stormsweep {

/// A command is to stop: Ctrl-C, or SIGTERM. Not a std::exception, so that no handler on the way takes it for a
/// failure; half-written files are removed as the stack unwinds.
struct Interruption {
  int signal;
};

/// The first SIGINT or SIGTERM from now on makes stop_if_interrupted throw; the second ends the process. A signal that
/// is ignored stays ignored.
void catch_interruption();

/// Throws Interruption after such a signal.
void stop_if_interrupted();

}  // namespace stormsweep
