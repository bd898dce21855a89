#pragma once

#include <string>

namespace stormsweep {

/// The facts of a machine that stand in every row.
std::string host_name();
std::string cpu_model();  ///< as the kernel names it; "unknown" where it does not
int usable_cores();       ///< that this process may run on

}  // namespace stormsweep
