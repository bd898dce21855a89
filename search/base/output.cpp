#include "search/base/output.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "search/base/error.hpp"

namespace stormsweep {

void let_writes_fail() {
  std::signal(SIGXFSZ, SIG_IGN);
}

int status_with_output(const char* program, int status) {
  errno = 0;
  std::cout.flush();
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return status;
  std::fprintf(stderr, "%s: standard output cannot be written (%s); free some space, or send it elsewhere\n", program,
               errno == 0 ? "an earlier part of it was lost" : std::strerror(errno));
  return status == exit_done ? exit_some_failed : status;
}

}  // namespace stormsweep
