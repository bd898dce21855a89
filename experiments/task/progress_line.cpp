#include "experiments/task/progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace stormsweep {

ProgressLine::ProgressLine() : terminal_(isatty(STDERR_FILENO)) {}

void ProgressLine::show(const std::string& words) const {
  if (terminal_) fmt::print(stderr, "\r{}", words);
}

void ProgressLine::percent(double share) const {
  if (terminal_) fmt::print(stderr, "\r{:.0f} %", 100 * share);
}

void ProgressLine::wipe() const {
  if (terminal_) fmt::print(stderr, "\r\033[K");
}

}  // namespace stormsweep
