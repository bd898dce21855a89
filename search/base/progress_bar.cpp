#include "search/base/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "search/base/duration.hpp"
#include "search/base/interruption.hpp"
#include "search/base/machine.hpp"

namespace stormsweep {

ProgressBar::ProgressBar(std::string command, std::string things)
    : command_(std::move(command)),
      things_(std::move(things)),
      line_(terminal_width(STDERR_FILENO).value_or(0), steady_time()) {}

void ProgressBar::show(std::int64_t done, std::int64_t all) {
  const double share = all > 0 ? static_cast<double>(done) / static_cast<double>(all) : 1;
  show(share, fmt::format("{}/{} {}", done, all, things_));
}

void ProgressBar::show(double share) {
  show(share, fmt::format("{:.0f} %", 100 * share));
}

void ProgressBar::show(double share, const std::string& done) {
  stop_if_interrupted();
  const std::lock_guard lock(mutex_);
  const Seconds now = steady_time();
  if (!line_.due(now)) return;
  std::string words = fmt::format("{}: {}", command_, done);
  if (share > 0 && share < 1) words += fmt::format(" | {} left", spoken(line_.since(now) * (1 - share) / share));
  line_.show(share, {words});
}

}  // namespace stormsweep
