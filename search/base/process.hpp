#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace stormsweep::process {

/// Turns this process into `command`, which is looked for on PATH unless it has a slash. Returns only where that fails;
/// errno says why.
void become(const std::vector<std::string>& command);

/// Waits for the child `pid` and returns its exit status; 128 + the signal that ended it.
int wait_for(pid_t pid);

/// Runs `command` and returns what it wrote to standard output, or to standard error too; its exit status in `status`,
/// 127 where there is no such command.
enum class Capture { output, all };
std::string capture(const std::vector<std::string>& command, int& status, Capture what = Capture::output);

}  // namespace stormsweep::process
