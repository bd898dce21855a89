#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace stormsweep::process {

/// Turns this process into `command`, which is looked for on PATH unless it has a slash. Returns only where that fails;
/// errno says why.
void become(const std::vector<std::string>& command);

/// The file of a program, which is looked for on PATH unless it has a slash; empty where there is none.
std::filesystem::path find_program(const std::string& program);

/// Waits for the child `pid` and returns its exit status; 128 + the signal that ended it; 127 where there is no such
/// child, or nobody can tell any more how it ended.
int wait_for(pid_t pid);

/// Whether it is there. One that has ended, though its parent has not asked yet (a zombie), is not.
bool alive(pid_t pid);
/// What `pid` has started itself, zombies included; none where the kernel does not tell.
std::vector<pid_t> children(pid_t pid);
/// The same, and what those have started, and so on.
std::vector<pid_t> descendants(pid_t pid);

/// Runs `command` and returns what it wrote to standard output, or to standard error too; its exit status in `status`,
/// 127 where there is no such command. Throws std::runtime_error where nothing can be started. `running` is told its
/// number once it is the command, which a signal then ends, and 0 when it has ended.
enum class Capture { output, all };
std::string capture(
    const std::vector<std::string>& command, int& status, Capture what = Capture::output,
    const std::function<void(pid_t)>& running = [](pid_t) {});

/// Throws InputError where this process was started without a standard input, output or error, whose numbers the first
/// files it opens would then get, or in a folder that is no more.
void check_surroundings();

}  // namespace stormsweep::process
