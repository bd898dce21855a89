#pragma once

#include <string>

/// What Slurm gave the job that this process is in, as the environment tells it; Open MPI's mpirun reads the same.
namespace stormsweep::allocation {

/// Nodes; 1 outside Slurm.
int nodes();

/// Throws InputError in a shell of `salloc` that is on no node of its job, unless the job has this machine alone: GPUs
/// and cores would be counted here, and rank 0 would start elsewhere, with another /tmp.
void refuse_outside();

/// Throws InputError where so many ranks, all of which have met on one node, should have been spread over several: an
/// mpirun that was built without Slurm starts all beside itself.
void refuse_one_node(int ranks);

/// What to tell where fewer tasks were given than --ntasks-per-node asked for; empty where there is nothing to tell.
std::string task_warning();

}  // namespace stormsweep::allocation
