#include "search/base/machine.hpp"

#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string_view>
#include <system_error>
#include <vector>

#include "search/base/text.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// The files with the memory of a control group, which differ between the kernel's two versions of control groups.
struct MemoryFiles {
  const char *limit, *taken;
  std::string_view cache, shared;  ///< in memory.stat: the page cache, and the part of it that cannot be reclaimed
};
constexpr MemoryFiles version_1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache", "total_shmem"},
    version_2{"memory.max", "memory.current", "file", "shmem"};

/// The number behind a word; without one, the number that the file begins with.
std::optional<std::int64_t> number_in(const fs::path& path, std::string_view name = "") {
  std::ifstream file(path);
  std::string word;
  while (word != name && file >> word) {
  }
  std::int64_t number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

/// Calls `look` with the folder of each control group of this process that `controller` may limit, and with whether it
/// is of the kernel's first version of them.
template <class Look>
void look_at_groups(const fs::path& proc, const fs::path& groups, std::string_view controller, const Look& look) {
  std::ifstream file(proc / "self/cgroup");
  for (std::string line; std::getline(file, line);) {  // "0::/path", or of version 1 "4:cpu,cpuacct:/path"
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::vector<std::string> names = split_list(line.substr(first + 1, second - first - 1));
    const bool first_version = std::ranges::find(names, controller) != names.end();
    if (!first_version && !line.starts_with("0::")) continue;
    const fs::path root = first_version ? groups / controller : groups;
    for (fs::path group = line.substr(second + 2);; group = group.parent_path()) {
      look(root / group, first_version);
      if (group.empty()) break;
    }
  }
}

/// How many cores' time the processes of a group may take; nothing where that is not limited.
std::optional<int> cores_of_group(const fs::path& group, bool first_version) {
  std::int64_t quota = 0, period = 0;
  if (first_version) {
    quota = number_in(group / "cpu.cfs_quota_us").value_or(0);
    period = number_in(group / "cpu.cfs_period_us").value_or(0);
  } else if (std::ifstream file(group / "cpu.max"); !(file >> quota >> period)) {  // "200000 100000", or "max 100000"
    return std::nullopt;
  }
  if (quota <= 0 || period <= 0) return std::nullopt;
  return static_cast<int>(std::clamp<std::int64_t>((quota - 1) / period + 1, 1, std::numeric_limits<int>::max()));
}

/// Bytes that the processes of a group could still take; the largest integer where it has no limit ("max").
std::int64_t free_in_group(const fs::path& group, const MemoryFiles& names) {
  const auto limit = number_in(group / names.limit), taken = number_in(group / names.taken);
  if (!limit || !taken) return std::numeric_limits<std::int64_t>::max();
  const auto part = [&](std::string_view name) { return number_in(group / "memory.stat", name).value_or(0); };
  return std::max<std::int64_t>(0, *limit - *taken + part(names.cache) - part(names.shared));
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::int64_t free_memory(const fs::path& proc, const fs::path& groups) {
  const std::optional<std::int64_t> available = number_in(proc / "meminfo", "MemAvailable:");
  if (!available) return 0;
  std::int64_t least = 1024 * *available;
  look_at_groups(proc, groups, "memory", [&](const fs::path& group, bool first_version) {
    least = std::min(least, free_in_group(group, first_version ? version_1 : version_2));
  });
  return least;
}

CoreMask core_mask() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  CoreMask mask;
  for (std::size_t core = 0; core < mask.size(); ++core) mask[core] = CPU_ISSET(core, &set);
  return mask;
}

void keep_to(const CoreMask& cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (std::size_t core = 0; core < cores.size(); ++core)
    if (cores[core]) CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}

int usable_cores(const fs::path& proc, const fs::path& groups) {
  int cores = std::max(1, static_cast<int>(core_mask().count()));
  look_at_groups(proc, groups, "cpu", [&](const fs::path& group, bool first_version) {
    cores = std::min(cores, cores_of_group(group, first_version).value_or(cores));
  });
  return cores;
}

int visible_gpus() {
  int count = 0;
  if (const char* named = std::getenv("CUDA_VISIBLE_DEVICES")) {
    for (const std::string& name : split_list(named)) {
      const bool valid = name.find_first_of("0123456789") == 0 || name.starts_with("GPU-") || name.starts_with("MIG-");
      if (!valid) break;  // as CUDA does
      ++count;
    }
    return count;
  }
  std::error_code none;  // a container may have been given the second one alone
  for (const auto& file : std::filesystem::directory_iterator("/dev", none)) {
    const auto name = file.path().filename().string();
    const bool device =
        name.starts_with("nvidia") && name.size() > 6 && name.find_first_not_of("0123456789", 6) == std::string::npos;
    if (device && access(file.path().c_str(), R_OK | W_OK) == 0) ++count;
  }
  return count;
}

std::optional<int> terminal_width(int descriptor) {
  winsize size{};
  if (!isatty(descriptor) || environment("TERM") == "dumb" || ioctl(descriptor, TIOCGWINSZ, &size) != 0)
    return std::nullopt;
  return size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace stormsweep
