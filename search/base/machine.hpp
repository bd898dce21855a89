#pragma once

#include <cstdint>
#include <string>

namespace stormsweep {

/// The facts of a machine that stand in every row.
std::string host_name();
std::string cpu_model();     ///< as the kernel names it; "unknown" where it does not
int usable_cores();          ///< that this process may run on
std::int64_t free_memory();  ///< bytes that programs could still take; 0 where the kernel does not tell

}  // namespace stormsweep
