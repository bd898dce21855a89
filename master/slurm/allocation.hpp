#pragma once

#include <string>

/// What Slurm gave the job that this process is in, by the environment variables that Open MPI's mpirun reads, too.
namespace stormsweep::allocation {

/// Nodes; 1 outside Slurm.
int nodes();

/// Throws InputError in a shell of `salloc` that is not on a node of its job, unless the job has this machine alone:
/// GPUs and cores would be counted here, but rank 0 would start elsewhere, with another /tmp.
void refuse_outside();

/// Throws InputError where so many ranks are all on one node, but should be spread over several: an mpirun built
/// without Slurm starts all of them on its own node.
void refuse_one_node(int ranks);

/// In a job of several nodes mpirun starts a daemon on each further node by srun, and the ranks there have what it has.
/// Takes away the variables by which srun would give it less than the job has: the cores of one task (since Slurm 24.11
/// in each job with --cpus-per-task), the GPU of one task, or no environment (in jobs with --export=NONE); or by which
/// it would ask of one node all GPUs of the job.
void give_daemons_all();

/// A warning where Slurm gave fewer tasks than --ntasks-per-node asked for; otherwise empty.
std::string task_warning();

}  // namespace stormsweep::allocation
