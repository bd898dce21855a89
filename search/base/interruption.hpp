#pragma once

namespace stormsweep {

/// A command is to stop: Ctrl-C, or SIGTERM. No std::exception, so that nothing on the way takes it for a failure; what
/// is written half goes as the stack unwinds.
struct Interruption {
  int signal;
};

/// The first SIGINT or SIGTERM from now on lets stop_if_interrupted throw; the second ends the process. A signal that
/// is ignored stays so.
void catch_interruption();

/// Throws Interruption after such a signal.
void stop_if_interrupted();

}  // namespace stormsweep
