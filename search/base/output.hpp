#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <string>
#include <utility>

#include "search/base/error.hpp"

namespace stormsweep {

/// The body of `program`'s `main`: does `work`, flushes standard output, and returns the exit status of `work`. Where
/// the output cannot be written (a full disk, say), one line on standard error says so, and exit_done becomes
/// exit_some_failed. What `work` throws is printed there in one line, too; the status is exit_bad_input for bad input,
/// otherwise `unexpected`.
///
/// Writes beyond the user's file size limit (ulimit -f) fail, as on a full disk, rather than end the program. SIGCHLD
/// has its default action, so that exit statuses of children can be waited for even if the program was started with
/// that signal ignored.
int run_program(const char* program, const std::function<int()>& work, ExitStatus unexpected = exit_some_failed);

/// Prints to standard error. Where that cannot be written (to a full disk, say) the words are lost, and nothing else
/// happens: unlike fmt::print(stderr, ...) it does not throw.
template <class... Values>
void remark(fmt::format_string<Values...> format, Values&&... values) {
  const std::string text = fmt::format(format, std::forward<Values>(values)...);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace stormsweep
