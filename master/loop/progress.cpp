#include "master/loop/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "search/base/duration.hpp"

namespace stormsweep {

namespace {

std::optional<double> share_done(const Standing& standing) {
  if (!standing.total || *standing.total == 0) return std::nullopt;
  return static_cast<double>(standing.counts.terminal()) / static_cast<double>(*standing.total);
}

}  // namespace

Progress::Progress(std::string search, std::string metric, int columns, Seconds now)
    : search_(std::move(search)), metric_(std::move(metric)), line_(columns, now) {}

void Progress::show(const Standing& standing, Seconds now) {
  if (line_.due(now)) line_.show(share_done(standing), words(standing, now));
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
  if (standing.staging > 0)
    text += fmt::format(", {} {} staging data since {}", standing.staging, standing.staging == 1 ? "worker" : "workers",
                        spoken(line_.since(now)));
  if (bad > 0) text += fmt::format(", {} failed", bad);
  if (standing.best)
    text += fmt::format(" | best {} {:.4g} (trial {})", metric_, standing.best->metric, standing.best->trial.value);
  const double rate = static_cast<double>(standing.ended_here) / std::max(line_.since(now).count(), 1e-9);
  if (standing.ended_here > 0) {
    text += rate >= 1 ? fmt::format(" | {:.3g} trials/s", rate) : fmt::format(" | {:.3g} trials/h", rate * 3600);
    if (standing.total && *standing.total > done)
      text += fmt::format(" | {} left", spoken(Seconds(static_cast<double>(*standing.total - done) / rate)));
  }
  return text;
}

}  // namespace stormsweep
