#include "master/slurm/allocation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/text.hpp"

namespace stormsweep::allocation {

namespace {

/// The number that the variable begins with; `missing` where it has none.
int leading_number(const char* variable, int missing) {
  const std::string_view text = environment(variable);
  int number = missing;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

int nodes() {
  return std::max(1, leading_number("SLURM_NNODES", 1));
}

void refuse_outside() {
  if (environment("SLURM_JOB_ID").empty() || !environment("SLURMD_NODENAME").empty()) return;
  const auto host = host_name();
  if (environment("SLURM_JOB_NODELIST") == host.substr(0, host.find('.'))) return;  // a job of this machine alone
  throw InputError(
      fmt::format("stormsweep run: this shell is on no node of Slurm's job {}; put srun --mpi=pmix before the command, "
                  "or use stormsweep submit",
                  environment("SLURM_JOB_ID")));
}

void refuse_one_node(int ranks) {
  const int beside_rank_0 = leading_number("SLURM_TASKS_PER_NODE", ranks);  // "2(x3),1"
  if (nodes() == 1 || ranks <= beside_rank_0) return;
  throw InputError(fmt::format(
      "mpirun: the job has {} nodes, the ranks are on 1: this mpirun was built without Slurm; put one first in PATH of "
      "which ompi_info tells \"ras: slurm\" (Spack: openmpi schedulers=slurm)",
      nodes()));
}

void give_daemons_all() {
  if (nodes() == 1) return;
  // How many GPUs a further node has nobody tells; most jobs have as many on each.
  const std::string here(environment("SLURM_GPUS_ON_NODE"));
  if (!here.empty()) setenv("SLURM_GPUS_PER_NODE", here.c_str(), /*overwrite=*/0);
  for (const char* other :
       {"SLURM_CPUS_PER_GPU", "SLURM_CPUS_PER_TASK", "SLURM_EXACT", "SLURM_EXCLUSIVE", "SLURM_EXPORT_ENV", "SLURM_GPUS",
        "SLURM_GPUS_PER_TASK", "SLURM_TRES_PER_TASK", "SRUN_CPUS_PER_TASK", "SRUN_EXPORT_ENV"})
    unsetenv(other);
}

std::string task_warning() {
  const int each = leading_number("SLURM_NTASKS_PER_NODE", 0), tasks = leading_number("SLURM_NTASKS", 0);
  if (tasks == 0 || tasks >= nodes() * each) return {};
  return fmt::format(
      "the job has {} tasks, and {} nodes of {} each have room for {}: --ntasks, of sbatch or of a line #SBATCH, takes "
      "precedence over --ntasks-per-node; leave it out",
      tasks, nodes(), each, nodes() * each);
}

}  // namespace stormsweep::allocation
