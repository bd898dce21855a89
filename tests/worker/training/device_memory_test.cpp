#include "worker/training/device_memory.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <torch/utils.h>

#include <fstream>

using namespace stormsweep;

namespace {

constexpr std::int64_t page = 4096, pages = 16384;  // 64 MiB, which malloc maps by default

/// Pages that the system had to give this process.
std::int64_t faults() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

/// A step's tensor, come and gone; returns the faults that it took.
std::int64_t faults_of_a_tensor() {
  const auto before = faults();
  torch::zeros({pages * page / 4}, torch::kFloat32);
  return faults() - before;
}

std::int64_t resident_pages() {
  std::int64_t all, resident;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident;
}

}  // namespace

TEST_CASE("memory of a freed tensor serves the next one, until it is given back") {
#ifdef __SANITIZE_ADDRESS__
  MESSAGE("skipped: the address sanitizer allocates in its own way");
  return;
#endif
  keep_freed_memory();
  // The first one may be shut in by what LibTorch keeps from its first use, and glibc 2.36 looks for a little more than
  // it has freed.
  for (int i = 0; i < 3; ++i) faults_of_a_tensor();
  CHECK(faults_of_a_tensor() < pages / 100);
  const auto held = resident_pages();
  release_device_memory();
  CHECK(held - resident_pages() > pages / 2);
}
