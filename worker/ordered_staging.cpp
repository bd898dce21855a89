#include "worker/ordered_staging.hpp"

#include <fmt/format.h>

#include <string>

#include "experiments/registry.hpp"
#include "search/base/time.hpp"
#include "worker/channel/abandoned.hpp"
#include "worker/channel/relay.hpp"
#include "worker/report.hpp"
#include "worker/staging/stage_folder.hpp"
#include "worker/staging/stager.hpp"

namespace stormsweep {

namespace {

constexpr std::size_t most_named = 10;  // unusable files in a message

std::string notes_of(const StageReport& report) {
  const StageReport::Job& job = report.job;
  std::string notes = fmt::format("staged: {} files to {} {} in {:.1f} s; {} opened, once each, {:.3g} GB read",
                                  job.files, job.machines, job.machines == 1 ? "machine" : "machines", report.seconds,
                                  job.opened, 1e-9 * static_cast<double>(job.read_bytes));
  if (!report.unusable.empty()) notes += fmt::format("; {} unusable:", report.unusable.size());
  std::size_t named = 0;
  for (const auto& [number, why] : report.unusable) {
    if (named++ < most_named) notes += "\n  " + why;
  }
  return notes;
}

}  // namespace

void stage_as_ordered(StageOrders& orders, const Space& space, const std::filesystem::path& stage, Seconds patience,
                      MpiChannel& channel, Activity& activity, TaskContext& context) {
  context.staged = StageFolder::of_user(stage, context.fingerprint);
  while (const auto order = orders.next()) {
    if (order->ranks.empty()) break;
    wire::Staged staged{order->attempt, true, {}, {}};
    try {
      const auto plan = [&] {
        StagePlan request = stage_request(space, context, static_cast<int>(order->ranks.size()));
        for (const auto& [split, name] : request.whole) context.data[split] = context.staged / name;
        return request;
      };
      const StageOptions options{.patience = patience,
                                 .abandoned = [&] { return orders.superseded(); },
                                 .progress = [&](std::int64_t done, std::int64_t all) { activity.stage(done, all); },
                                 .number = order->attempt};
      const StageReport result =
          stormsweep::stage(channel, {order->ranks.begin(), order->ranks.end()}, plan, context.staged, options);
      context.unusable.clear();
      for (const auto& [number, why] : result.unusable) context.unusable.insert(number);
      if (channel.rank() == order->ranks.front()) staged.notes = notes_of(result);
    } catch (const Abandoned&) {
      continue;
    } catch (const MateLost&) {
      staged.done = false;
    } catch (const std::exception& error) {
      staged.done = false;
      staged.error = error.what();
    }
    report(channel, staged);
  }
  activity.rest();
}

}  // namespace stormsweep
