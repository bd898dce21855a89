#include "search/base/output.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>

#include "search/base/process.hpp"

namespace stormsweep {

namespace {

int status_of(const char* program, const std::function<int()>& work, ExitStatus unexpected) {
  try {
    process::check_surroundings();
    return work();
  } catch (const InputError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return exit_bad_input;
  } catch (const std::exception& error) {
    if (std::ferror(stdout)) return exit_some_failed;
    std::fprintf(stderr, "%s: %s\n", program, error.what());
    return unexpected;
  }
}

}  // namespace

int run_program(const char* program, const std::function<int()>& work, ExitStatus unexpected) {
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);
  const int status = status_of(program, work, unexpected);
  errno = 0;
  std::cout.flush();
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return status;
  std::fprintf(stderr, "%s: standard output cannot be written (%s); free some space, or send it elsewhere\n", program,
               errno == 0 ? "an earlier part of it was lost" : std::strerror(errno));
  return status == exit_done ? exit_some_failed : status;
}

}  // namespace stormsweep
