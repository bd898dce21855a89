#pragma once

#include <bitset>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace stormsweep {

/// A bit for each core of a machine, by its number.
using CoreMask = std::bitset<1024>;

/// Facts about this machine that every row records.
std::string host_name();
std::string cpu_model();  ///< as the kernel names it; "unknown" where it does not
CoreMask core_mask();     ///< the cores that this process may run on
int visible_gpus();       ///< that CUDA would show this process: CUDA_VISIBLE_DEVICES names them, else the driver
/// How many cores this process may keep busy: those of its mask, or fewer where a container's processor time is limited
/// (`docker run --cpus 2`); at least 1.
int usable_cores(const std::filesystem::path& proc = "/proc", const std::filesystem::path& groups = "/sys/fs/cgroup");
/// Bytes that this process could still take, within the machine's memory and the limits of its control groups (a Slurm
/// job's --mem, a container's limit); 0 where the kernel does not say. The folders are where the kernel says it.
std::int64_t free_memory(const std::filesystem::path& proc = "/proc",
                         const std::filesystem::path& groups = "/sys/fs/cgroup");

/// This thread, and those that it will start, run on `cores` alone from now on.
void keep_to(const CoreMask& cores);

/// The width in columns of the terminal that `descriptor` is, 80 where it is not known; nothing where it is not a
/// terminal, or one that cannot wipe a line (TERM=dumb).
std::optional<int> terminal_width(int descriptor);

}  // namespace stormsweep
