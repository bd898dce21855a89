#pragma once

#include <mpi.h>

namespace stormsweep {

/// A communicator of all ranks for bulk data, apart from the one for messages; its errors are returned. Here so that
/// mpi_channel.hpp need not include mpi.h.
struct Communicator {
  MPI_Comm handle = MPI_COMM_NULL;
};

}  // namespace stormsweep
