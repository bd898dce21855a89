#include "master/loop/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "search/base/duration.hpp"

namespace stormsweep {

namespace {

constexpr Seconds redraw{0.2};
constexpr Seconds first_line{10};
constexpr std::uint64_t bar_width = 20;

std::string bar(const Standing& standing) {
  if (!standing.total || *standing.total == 0) return "";
  const std::uint64_t done = std::min(standing.counts.terminal(), *standing.total);
  const auto filled =
      static_cast<std::size_t>(static_cast<double>(done) / static_cast<double>(*standing.total) * bar_width);
  return '[' + std::string(filled, '#') + std::string(bar_width - filled, '-') + "] ";
}

}  // namespace

Progress::Progress(std::string search, std::string metric, int columns, Seconds now)
    : search_(std::move(search)),
      metric_(std::move(metric)),
      line_(columns),
      started_(now),
      next_(now + (columns > 0 ? redraw : first_line)) {}

void Progress::show(const Standing& standing, Seconds now) {
  if (now < next_) return;
  if (line_.seen()) {
    next_ = now + redraw;
    line_.show(bar(standing) + words(standing, now));
  } else {
    next_ = now + std::max(first_line, (now - started_) / 10);
    say(words(standing, now));
  }
}

void Progress::say(const std::string& text) {
  line_.wipe();
  fmt::print(stderr, "{}\n", text);
  std::fflush(stderr);
}

void Progress::finish(const Standing& standing, Seconds now) {
  say(words(standing, now));
}

std::string Progress::words(const Standing& standing, Seconds now) const {
  const StatusCounts& counts = standing.counts;
  const std::uint64_t done = counts.terminal(), bad = counts.failed + counts.diverged + counts.out_of_memory;
  std::string text = fmt::format("{}: {}", search_, done);
  if (standing.total) text += fmt::format("/{}", *standing.total);
  text += " done";
  if (standing.running > 0) text += fmt::format(", {} running", standing.running);
  if (bad > 0) text += fmt::format(", {} failed", bad);
  if (standing.best)
    text += fmt::format(" | best {} {:.4g} (trial {})", metric_, standing.best->metric, standing.best->trial.value);
  const double rate = static_cast<double>(standing.ended_here) / std::max((now - started_).count(), 1e-9);
  if (standing.ended_here > 0) {
    text += rate >= 1 ? fmt::format(" | {:.3g} trials/s", rate) : fmt::format(" | {:.3g} trials/h", rate * 3600);
    if (standing.total && *standing.total > done)
      text += fmt::format(" | {} left", spoken(Seconds(static_cast<double>(*standing.total - done) / rate)));
  }
  return text;
}

}  // namespace stormsweep
