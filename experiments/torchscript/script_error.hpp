#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace stormsweep {

/// What LibTorch says about TorchScript that failed, in one line: where in the user's own source, if known, and why.
/// "e.py, line 24, in forward: Given groups=1, weight of size ..."
std::string script_error(std::string_view message);

/// Rethrows `error`, which the script of `file` threw, as std::bad_alloc where memory ran out, else as
/// std::runtime_error "<file>: <script_error>".
[[noreturn]] void rethrow_script_error(const std::string& file, const std::exception& error);

}  // namespace stormsweep
