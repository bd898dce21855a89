#pragma once

#include <exception>

#include "search/messages/wire.hpp"
#include "worker/channel/channel.hpp"
#include "worker/executor.hpp"

namespace stormsweep {

/// Sends `message` to the master. From any thread.
void report(Channel& channel, const wire::ToMaster& message);

/// Whether the files that the search is trained by are what they were when it began. Where not, the master is told, and
/// ends the search.
bool files_unchanged(const Workplace& with);

/// Tells the master that a trial has ended, if files_unchanged. Of a gang, the leader (rank 0) reports success, and the
/// rank that fails reports failure.
void report_end(const Workplace& with, int rank, wire::Finished finished);

/// Ends this rank at once, on which something has gone wrong, with a line that says what. MPI_Finalize would wait for
/// the others, who may be waiting for this rank.
[[noreturn]] void die(const Channel& channel, const std::exception& error);

}  // namespace stormsweep
