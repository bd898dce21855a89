#pragma once

#include <mpi.h>

#include "worker/channel/channel.hpp"

namespace stormsweep {

/// Of all ranks, apart from the one that carries words; its errors are returned. Kept out of channel.hpp with mpi.h.
struct Channel::Communicator {
  MPI_Comm handle = MPI_COMM_NULL;
};

}  // namespace stormsweep
