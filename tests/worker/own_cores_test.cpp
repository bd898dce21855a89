#include "worker/own_cores.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/variable.hpp"

using namespace stormsweep;

namespace {

using Masks = std::vector<unsigned long>;

/// What workers with these cores keep to.
Masks parts(const Masks& workers, int threads) {
  const std::vector<CoreMask> masks(workers.begin(), workers.end());
  Masks found;
  for (std::size_t own = 0; own < masks.size(); ++own) found.push_back(own_cores(masks, own, threads).to_ulong());
  return found;
}

Masks alike(std::size_t workers, unsigned long cores) {
  return Masks(workers, cores);
}

}  // namespace

TEST_CASE("own cores: neighbours in the machine, whatever the kernel's numbers for them") {
  // Two sockets of two cores of two threads, numbered as Linux does: first one thread of each core, then the others.
  const test::Variable machine("HWLOC_SYNTHETIC", "package:2 core:2 pu:2(indexes=0,4,1,5,2,6,3,7)");
  CHECK(parts(alike(2, 0xff), 4) == Masks{0x33, 0xcc});              // a socket each
  CHECK(parts(alike(4, 0xff), 2) == Masks{0x11, 0x22, 0x44, 0x88});  // a core each
  CHECK(parts(alike(2, 0x0f), 1) == Masks{0x03, 0x0c});              // of half the threads
  CHECK(parts(alike(3, 0xff), 2) == Masks{0x11, 0x26, 0xc8});        // 2 cores, or 3
  CHECK(parts({0xff}, 8) == Masks{0xff});
}

TEST_CASE("own cores: all that a worker may run on, where a part would be too small, or is its own already") {
  const test::Variable machine("HWLOC_SYNTHETIC", "package:2 core:2 pu:2(indexes=0,4,1,5,2,6,3,7)");
  CHECK(parts(alike(3, 0xff), 3) == alike(3, 0xff));
  CHECK(parts(alike(9, 0xff), 1) == alike(9, 0xff));
  const Masks bound{0x0f, 0xf0, 0xf00};  // the last unknown to hwloc
  CHECK(parts(bound, 2) == bound);
}

TEST_CASE("own cores: they are the job's where Slurm gave it as many") {
  {
    const test::Variable granted("SLURM_CPUS_ON_NODE", std::to_string(core_mask().count()));
    CHECK(cores_are_of_this_job());
  }
  {
    const test::Variable granted("SLURM_CPUS_ON_NODE", std::to_string(core_mask().count() + 1));
    CHECK(!cores_are_of_this_job());
  }
}
