#include "worker/training/device_memory.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <torch/utils.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <thread>

#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

constexpr std::int64_t page = 4096, pages = 25600;  // 100 MiB, more than glibc's heaps of threads hold

/// Called before anything else, as in stormsweep-worker.
[[maybe_unused]] const bool kept = (keep_freed_memory(), true);

/// Pages that the system had to give this process.
std::int64_t faults() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

/// Allocates and frees a step's tensor; returns the number of page faults.
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

/// The exit status of a child that does `work` once its address space may grow by 24 MiB only, or 128 + SIGALRM.
int status_in_little_memory(const std::function<int()>& before, const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    torch::set_num_threads(1);  // those of this process's pool are not in the child
    if (const int status = before()) _exit(status);
    std::uint64_t all = 0;
    std::ifstream("/proc/self/statm") >> all;
    const rlimit limit{all * page + (24U << 20), all * page + (24U << 20)};
    setrlimit(RLIMIT_AS, &limit);
    _exit(work());
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("memory of a freed tensor serves the next one, until it is given back") {
#ifdef __SANITIZE_ADDRESS__
  MESSAGE("skipped: the address sanitizer allocates in its own way");
  return;
#endif
  std::thread([] {}).join();  // if there are several heaps, a thread whose allocation fails moves to another
  for (const bool after_a_failure : {false, true}) {
    CAPTURE(after_a_failure);
    if (after_a_failure) CHECK_THROWS(torch::empty({std::int64_t{1} << 55}));
    // glibc 2.36 looks for slightly more than it has freed, and small pieces cut off for alignment keep freed tensors
    // from merging, until its cache has seven of each size; there are four such sizes.
    for (int i = 0; i < 40; ++i) faults_of_a_tensor();
    for (int i = 0; i < 10; ++i) CHECK(faults_of_a_tensor() < pages / 100);
    const auto held = resident_pages();
    release_device_memory();
    CHECK(held - resident_pages() > pages / 2);
  }
}

TEST_CASE("products of matrices need no more memory once it is reserved; where there is none, that is told at once") {
#ifdef __SANITIZE_ADDRESS__
  MESSAGE("skipped: the address sanitizer allocates in its own way");
  return;
#endif
  const auto reserve = [] {
    try {
      reserve_product_memory();
      return 0;
    } catch (const InputError&) {
      return 2;
    }
  };
  const auto multiply = [] {
    const auto ones = torch::ones({256, 256});
    return ones.mm(ones).sum().item<float>() == 256 * 256 * 256 ? 0 : 1;
  };
  CHECK(status_in_little_memory(reserve, multiply) == 0);
  CHECK(status_in_little_memory([] { return 0; }, reserve) == 2);
}
