#include "search/base/machine.hpp"

#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "search/base/text.hpp"

namespace stormsweep {

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

std::int64_t free_memory() {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("MemAvailable:")) return 1024 * std::stoll(line.substr(line.find(':') + 1));
  }
  return 0;
}

CoreMask core_mask() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  CoreMask mask;
  for (std::size_t core = 0; core < mask.size(); ++core) mask[core] = CPU_ISSET(core, &set);
  return mask;
}

int usable_cores() {
  return static_cast<int>(core_mask().count());
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
  if (!isatty(descriptor) || ioctl(descriptor, TIOCGWINSZ, &size) != 0) return std::nullopt;
  return size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace stormsweep
