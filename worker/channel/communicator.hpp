#pragma once

#include <mpi.h>

namespace stormsweep {

/// Of all ranks, apart from the one that carries words; its errors are returned. Kept out of mpi_channel.hpp with
/// mpi.h.
struct Communicator {
  MPI_Comm handle = MPI_COMM_NULL;
};

}  // namespace stormsweep
