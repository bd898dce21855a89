#include "master/slurm/allocation.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/text.hpp"
#include "tests/variable.hpp"

using namespace stormsweep;
using test::Variable;

TEST_CASE("ranks that are all on one node of several are refused where they do not fit there") {
  CHECK_NOTHROW(allocation::refuse_one_node(65));
  const Variable nodes("SLURM_NNODES", "4"), tasks("SLURM_TASKS_PER_NODE", "16(x4)");
  CHECK(allocation::nodes() == 4);
  CHECK_NOTHROW(allocation::refuse_one_node(16));
  CHECK_THROWS_WITH_AS(
      allocation::refuse_one_node(17),
      "mpirun: the job has 4 nodes, the ranks are on 1: this mpirun was built without Slurm; put one first in PATH of "
      "which ompi_info tells \"ras: slurm\" (Spack: openmpi schedulers=slurm)",
      InputError);
}

TEST_CASE("a shell of salloc that is on no node of its job is refused, but not on the machine that is all of it") {
  CHECK_NOTHROW(allocation::refuse_outside());
  const Variable job("SLURM_JOB_ID", "7"), nowhere("SLURMD_NODENAME", ""), nodes("SLURM_JOB_NODELIST", "n[1-2]");
  CHECK_THROWS_WITH_AS(allocation::refuse_outside(),
                       "stormsweep run: this shell is on no node of Slurm's job 7; put srun --mpi=pmix before the "
                       "command, or use stormsweep submit",
                       InputError);
  {
    const auto host = host_name();
    const Variable here("SLURM_JOB_NODELIST", host.substr(0, host.find('.')));
    CHECK_NOTHROW(allocation::refuse_outside());
  }
  const Variable node("SLURMD_NODENAME", "n1");
  CHECK_NOTHROW(allocation::refuse_outside());
}

TEST_CASE("what would have srun give mpirun's daemons less than the job has is taken away in jobs of several nodes") {
  const Variable cores("SLURM_CPUS_PER_TASK", "4"), kinds("SLURM_TRES_PER_TASK", "cpu=4"),
      own("SRUN_CPUS_PER_TASK", "4"), exact("SLURM_EXACT", "1"), bare("SLURM_EXPORT_ENV", "NONE");
  allocation::give_daemons_all();
  CHECK(environment("SLURM_CPUS_PER_TASK") == "4");
  const Variable nodes("SLURM_NNODES", "2");
  allocation::give_daemons_all();
  for (const char* limit :
       {"SLURM_CPUS_PER_TASK", "SLURM_TRES_PER_TASK", "SRUN_CPUS_PER_TASK", "SLURM_EXACT", "SLURM_EXPORT_ENV"})
    CHECK(std::getenv(limit) == nullptr);
  CHECK(std::getenv("SLURM_GPUS_PER_NODE") == nullptr);

  const Variable all("SLURM_GPUS", "4"), here("SLURM_GPUS_ON_NODE", "2");
  allocation::give_daemons_all();
  CHECK(environment("SLURM_GPUS_PER_NODE") == "2");
  CHECK(std::getenv("SLURM_GPUS") == nullptr);
  {
    const Variable each("SLURM_GPUS_PER_NODE", "a100:2");
    allocation::give_daemons_all();
    CHECK(environment("SLURM_GPUS_PER_NODE") == "a100:2");
  }
  unsetenv("SLURM_GPUS_PER_NODE");
}

TEST_CASE("fewer tasks than --ntasks-per-node asked for are reported") {
  CHECK(allocation::task_warning().empty());
  const Variable nodes("SLURM_NNODES", "4"), each("SLURM_NTASKS_PER_NODE", "16"), tasks("SLURM_NTASKS", "64");
  CHECK(allocation::task_warning().empty());
  const Variable fewer("SLURM_NTASKS", "3");
  CHECK(allocation::task_warning() ==
        "the job has 3 tasks, and 4 nodes of 16 each have room for 64: --ntasks, of sbatch or of a line #SBATCH, takes "
        "precedence over --ntasks-per-node; leave it out");
}
