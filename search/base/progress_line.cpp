#include "search/base/progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "search/base/machine.hpp"

namespace stormsweep {

ProgressLine::ProgressLine(int columns) : columns_(columns) {}

ProgressLine::ProgressLine() : ProgressLine(terminal_width(STDERR_FILENO).value_or(0)) {}

void ProgressLine::show(const std::string& words) const {
  if (!seen()) return;
  wipe();
  fmt::print(stderr, "{}", words.substr(0, static_cast<std::size_t>(columns_ - 1)));
  std::fflush(stderr);
}

void ProgressLine::percent(double share) const {
  show(fmt::format("{:.0f} %", 100 * share));
}

void ProgressLine::wipe() const {
  if (seen()) fmt::print(stderr, "\r\033[K");
}

}  // namespace stormsweep
