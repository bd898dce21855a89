#include "worker/staging.hpp"

#include <fmt/format.h>

#include <string>

#include "worker/channel/all_reduce.hpp"
#include "worker/channel/relay.hpp"
#include "worker/staging/stager.hpp"

namespace stormsweep {

namespace {

constexpr int master = 0;
constexpr std::size_t most_reported = 10;  // unusable files

std::string notes_of(const StageReport& report) {
  const StageReport::Job& job = report.job;
  std::string notes = fmt::format("staged: {} files to {} {} in {:.1f} s; {} opened, once each, {:.3g} GB read",
                                  job.files, job.machines, job.machines == 1 ? "machine" : "machines", report.seconds,
                                  job.opened, 1e-9 * static_cast<double>(job.read_bytes));
  if (!report.unusable.empty()) notes += fmt::format("; {} unusable:", report.unusable.size());
  std::size_t reported = 0;
  for (const auto& [number, why] : report.unusable) {
    if (reported++ < most_reported) notes += "\n  " + why;
  }
  return notes;
}

}  // namespace

void stage_as_ordered(StageOrders& orders, const Space& space, const std::filesystem::path& stage,
                      std::chrono::duration<double> patience, MpiChannel& channel, TaskContext& context) {
  context.staged = stage / context.fingerprint;
  while (const auto order = orders.next()) {
    if (order->ranks.empty()) break;
    wire::Staged staged{order->attempt, true, {}, {}};
    try {
      const StagePlan plan = stage_request(space, static_cast<int>(order->ranks.size()));
      const StageOptions options{patience, 4, [&orders] { return orders.superseded(); }, order->attempt};
      const StageReport report =
          stormsweep::stage(channel, {order->ranks.begin(), order->ranks.end()}, plan, context.staged, options);
      context.unusable.clear();
      for (const auto& [number, why] : report.unusable) context.unusable.insert(number);
      for (const auto& [split, name] : plan.whole) context.data[split] = context.staged / name;
      if (channel.rank() == order->ranks.front()) staged.notes = notes_of(report);
    } catch (const Abandoned&) {
      continue;
    } catch (const MateLost&) {
      staged.done = false;
    } catch (const std::exception& error) {
      staged.done = false;
      staged.error = error.what();
    }
    channel.send(master, wire::encode(staged));
  }
}

}  // namespace stormsweep
