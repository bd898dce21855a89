#pragma once

#include <string>
#include <string_view>

namespace stormsweep {

/// What LibTorch says of TorchScript that failed, in one line: where in the user's own source, if it tells, and why.
/// "e.py, line 24, in forward: Given groups=1, weight of size ..."
std::string script_error(std::string_view message);

}  // namespace stormsweep
