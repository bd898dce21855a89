#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace stormsweep {

/// The facts of a machine that stand in every row.
std::string host_name();
std::string cpu_model();     ///< as the kernel names it; "unknown" where it does not
int usable_cores();          ///< that this process may run on
std::int64_t free_memory();  ///< bytes that programs could still take; 0 where the kernel does not tell

/// Columns of the terminal that `descriptor` is, 80 where it does not tell; nothing where it is no terminal.
std::optional<int> terminal_width(int descriptor);

}  // namespace stormsweep
