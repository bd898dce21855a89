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

/// The path of the program that a process runs; where a build or an upgrade has replaced its file since, of the new
/// one. Empty where there is no such process.
std::filesystem::path program_of(pid_t pid);

/// Waits for the child `pid` and returns its exit status; 128 + the signal that ended it; 127 where there is no such
/// child, or its exit status is lost.
int wait_for(pid_t pid);

/// Whether the process exists. One that has ended but has not been waited for (a zombie) does not count.
bool alive(pid_t pid);
/// The direct children of `pid`, zombies included; none where the kernel does not list them.
std::vector<pid_t> children(pid_t pid);
/// The children of `pid`, their children, and so on.
std::vector<pid_t> descendants(pid_t pid);

/// What helps where the system refuses a process (EAGAIN, ENOMEM).
inline constexpr const char* start_remedy = "raise `ulimit -u`, or the job's limits on processes and memory";

/// Runs `command` and returns what it wrote to standard output, or to standard error too; its exit status in `status`,
/// 127 where there is no such command. Throws InputError where nothing can be started. `running` is called with the
/// process id once the command runs, so that a signal can end it, and with 0 when it has ended.
enum class Capture { output, all };
std::string capture(
    const std::vector<std::string>& command, int& status, Capture what = Capture::output,
    const std::function<void(pid_t)>& running = [](pid_t) {});

/// Throws InputError where this process was started in a folder that has been removed, or with its standard input,
/// output or error closed: the first file that it opens would get that descriptor.
void check_surroundings();

}  // namespace stormsweep::process
