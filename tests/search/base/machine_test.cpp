#include "search/base/machine.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "search/base/file.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

/// What a kernel tells of a process and its control groups, in files of our own.
class Kernel {
 public:
  std::filesystem::path proc() const { return folder_ / "proc"; }
  std::filesystem::path groups() const { return folder_ / "groups"; }
  /// `name` begins with proc or groups.
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("a machine's name is the kernel's, and a core is usable at least") {
  utsname kernel{};
  REQUIRE(uname(&kernel) == 0);
  CHECK(host_name() == kernel.nodename);
  CHECK(usable_cores() >= 1);
  CHECK(free_memory() > 0);
}

TEST_CASE("free memory is the machine's, and no more than what is left to any of a process's control groups") {
  const Kernel kernel;
  const auto free = [&] { return free_memory(kernel.proc(), kernel.groups()); };
  CHECK(free() == 0);
  kernel.write("proc/meminfo", "MemTotal:  9000 kB\nMemFree:  70 kB\nMemAvailable:   4000 kB\n");
  CHECK(free() == 4'096'000);
  kernel.write("proc/self/cgroup", "0::/slurm/job_1/step_0\n");
  kernel.write("groups/slurm/job_1/step_0/memory.max", "max\n");
  kernel.write("groups/slurm/job_1/step_0/memory.current", "400000\n");
  kernel.write("groups/slurm/memory.max", "5000000\n");
  kernel.write("groups/slurm/memory.current", "800000\n");
  CHECK(free() == 4'096'000);
  kernel.write("groups/slurm/job_1/memory.max", "1000000\n");
  kernel.write("groups/slurm/job_1/memory.current", "700000\n");
  CHECK(free() == 300'000);
  kernel.write("groups/slurm/job_1/memory.stat", "anon 500000\nfile 200000\nkernel 1\n");
  CHECK(free() == 500'000);
  kernel.write("groups/slurm/job_1/memory.stat", "anon 500000\nfile 200000\nkernel 1\nshmem 150000\n");
  CHECK(free() == 350'000);
  kernel.write("groups/slurm/job_1/memory.current", "2000000\n");  // a limit that was lowered
  CHECK(free() == 0);
  kernel.write("proc/self/cgroup", "5:cpuset:/\n4:memory:/job\n0::/\n");
  kernel.write("groups/memory/job/memory.limit_in_bytes", "300000\n");
  kernel.write("groups/memory/job/memory.usage_in_bytes", "200000\n");
  kernel.write("groups/memory/job/memory.stat", "cache 1\ntotal_cache 50000\n");
  CHECK(free() == 150'000);
}

TEST_CASE("usable cores are those of the mask, or what a control group leaves of their time") {
  const Kernel kernel;
  const auto usable = [&] { return usable_cores(kernel.proc(), kernel.groups()); };
  const int all = static_cast<int>(core_mask().count());
  CHECK(usable() == all);
  kernel.write("proc/self/cgroup", "0::/\n");  // in a container
  kernel.write("groups/cpu.max", "max 100000\n");
  CHECK(usable() == all);
  kernel.write("groups/cpu.max", "100000 100000\n");
  CHECK(usable() == 1);
  kernel.write("groups/cpu.max", "100001 100000\n");  // part of a core is one
  CHECK(usable() == std::min(all, 2));
  kernel.write("groups/cpu.max", "1000 100000\n");
  CHECK(usable() == 1);
  kernel.write("groups/cpu.max", "900000000000 100000\n");
  CHECK(usable() == all);
  kernel.write("proc/self/cgroup", "0::/pod/container\n");
  kernel.write("groups/pod/cpu.max", "50000 100000\n");
  CHECK(usable() == 1);
  kernel.write("proc/self/cgroup", "5:cpuset:/\n3:cpu,cpuacct:/docker/1\n0::/\n");
  kernel.write("groups/cpu/docker/1/cpu.cfs_quota_us", "-1\n");
  kernel.write("groups/cpu/docker/1/cpu.cfs_period_us", "100000\n");
  CHECK(usable() == all);
  kernel.write("groups/cpu/docker/1/cpu.cfs_quota_us", "60000\n");
  CHECK(usable() == 1);
}

TEST_CASE("GPUs are as many as CUDA_VISIBLE_DEVICES names, up to the first that CUDA would not know") {
  const std::pair<const char*, int> cases[] = {
      {"", 0},   {"0", 1},      {"3,1", 2},      {"NoDevFiles", 0}, {"GPU-1a,GPU-2b", 2},
      {"-1", 0}, {"0,-1,1", 1}, {"MIG-1a, 4", 2}};
  for (const auto& [names, count] : cases) {
    CAPTURE(names);
    setenv("CUDA_VISIBLE_DEVICES", names, 1);
    CHECK(visible_gpus() == count);
  }
  unsetenv("CUDA_VISIBLE_DEVICES");
}

TEST_CASE("a terminal has its width, or 80 if it does not say; anything else has none") {
  const Descriptor terminal(posix_openpt(O_RDWR | O_NOCTTY));
  REQUIRE(terminal);
  REQUIRE(unlockpt(*terminal) == 0);
  CHECK(terminal_width(*terminal) == 80);
  const winsize size{.ws_row = 20, .ws_col = 133, .ws_xpixel = 0, .ws_ypixel = 0};
  REQUIRE(ioctl(*terminal, TIOCSWINSZ, &size) == 0);
  CHECK(terminal_width(*terminal) == 133);
  const Descriptor none(open("/dev/null", O_RDONLY));
  CHECK_FALSE(terminal_width(*none));
}

TEST_CASE("a thread that keeps to a core has the threads that it starts keep to it, and no others") {
  const CoreMask all = core_mask();
  CoreMask last, found;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i]) last.reset().set(i);
  std::thread([&] {
    keep_to(last);
    std::thread([&] { found = core_mask(); }).join();
  }).join();
  CHECK(found == last);
  CHECK(core_mask() == all);
}
