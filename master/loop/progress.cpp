#include "master/loop/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "search/base/duration.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

namespace {

std::string rate_words(double per_second) {
  return per_second >= 1 ? rate_text(per_second) + " trials/s" : rate_text(3600 * per_second) + " trials/h";
}

/// The sum of all `pursuits` of one kind of work.
struct Sum {
  std::size_t workers = 0;
  double done = 0, all = 0, shares = 0;
};

Sum sum_of(const std::vector<wire::Pursuit>& pursuits, wire::Work work) {
  Sum sum;
  for (const wire::Pursuit& pursuit : pursuits) {
    if (pursuit.work != work || pursuit.all <= 0) continue;
    const auto done = static_cast<double>(pursuit.done), all = static_cast<double>(pursuit.all);
    ++sum.workers;
    sum.done += done, sum.all += all, sum.shares += done / all;
  }
  return sum;
}

/// The share of bytes while data is staged, otherwise of trials.
std::optional<double> share_done(const Standing& standing) {
  const Sum staged = sum_of(standing.pursuits, wire::Work::staging);
  if (standing.staging > 0 && staged.all > 0) return staged.done / staged.all;
  if (!standing.total || *standing.total == 0) return std::nullopt;
  return static_cast<double>(standing.counts.terminal()) / static_cast<double>(*standing.total);
}

/// ", 2 workers staging data: 3.1 of 12 GB | 40 s left".
std::string staging_words(const Standing& standing) {
  std::string text =
      fmt::format(", {} {} staging data", standing.staging, standing.staging == 1 ? "worker" : "workers");
  const Sum staged = sum_of(standing.pursuits, wire::Work::staging);
  if (staged.done <= 0) return text + fmt::format(" since {}", spoken(standing.staged_for));
  const bool large = staged.all >= 1e9;
  const double unit = large ? 1e9 : 1e6;
  text += fmt::format(": {:.3g} of {:.3g} {}", staged.done / unit, staged.all / unit, large ? "GB" : "MB");
  if (staged.done < staged.all)
    text += fmt::format(" | {} left", spoken(standing.staged_for * (staged.all / staged.done - 1)));
  return text;
}

/// " (epoch 3/50: training 45 %)"; for several trainings averages, " (3 training 45 %, 1 testing 80 %)", with the epoch
/// if all are in the same one. Empty where none has reported. Before its first epoch a worker may be preparing data.
std::string pursuit_words(const std::vector<wire::Pursuit>& pursuits) {
  std::string text;
  for (const auto& [work, name] :
       {std::pair(wire::Work::preparing, "preparing data"), std::pair(wire::Work::training, "training"),
        std::pair(wire::Work::validating, "validating"), std::pair(wire::Work::testing, "testing")}) {
    const Sum sum = sum_of(pursuits, work);
    if (sum.workers == 0) continue;
    if (!text.empty()) text += ", ";
    if (pursuits.size() > 1) text += fmt::format("{} ", sum.workers);
    text += fmt::format("{} {:.0f} %", name, std::floor(100 * sum.shares / static_cast<double>(sum.workers)));
  }
  if (text.empty()) return text;
  const auto epoch_of = [](const wire::Pursuit& pursuit) { return std::pair(pursuit.epoch, pursuit.epochs); };
  const auto one = epoch_of(pursuits[0]);
  if (one.first > 0 &&
      std::all_of(pursuits.begin(), pursuits.end(), [&](const auto& other) { return epoch_of(other) == one; }))
    text = fmt::format("epoch {}/{}: ", one.first, one.second) + text;
  return " (" + text + ")";
}

}  // namespace

Progress::Progress(std::string search, std::string metric, int columns, Seconds now)
    : search_(std::move(search)), metric_(std::move(metric)), line_(columns, now), began_(now) {}

void Progress::show(const Standing& standing, Seconds now) const {
  std::vector<std::string> versions;
  for (const Detail from : {Detail::pursuits, Detail::trial, Detail::best, Detail::least})
    versions.push_back(words(standing, now, from));
  line_.show(share_done(standing), versions);
}

void Progress::finish(const Standing& standing, Seconds now) const {
  say(words(standing, now, Detail::end));
}

std::string Progress::words(const Standing& standing, Seconds now, Detail from) const {
  const StatusCounts& counts = standing.counts;
  const std::uint64_t done = counts.terminal(), bad = counts.failed + counts.diverged + counts.out_of_memory;
  std::string text = fmt::format("{}: {}", search_, done);
  if (standing.total) text += fmt::format("/{}", *standing.total);
  text += " done";
  if (standing.running > 0) text += fmt::format(", {} running", standing.running);
  if (standing.running > 0 && from <= Detail::pursuits) text += pursuit_words(standing.pursuits);
  if (standing.staging > 0) text += staging_words(standing);
  if (bad > 0) text += fmt::format(", {} failed", bad);
  if (standing.best && from <= Detail::best) text += fmt::format(" | best {} {:.4g}", metric_, standing.best->metric);
  if (standing.best && from <= Detail::trial) text += fmt::format(" (trial {})", standing.best->trial.value);
  const double rate = static_cast<double>(standing.ended_here) / std::max((now - began_).count(), 1e-9);
  if (standing.ended_here > 0) {
    text += " | " + rate_words(rate);
    if (from > Detail::end && standing.total && *standing.total > done)
      text += fmt::format(" | {} left", spoken(Seconds(static_cast<double>(*standing.total - done) / rate)));
  }
  return text;
}

}  // namespace stormsweep
