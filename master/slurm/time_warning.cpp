#include "master/slurm/time_warning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "master/schedule/closing_margin.hpp"
#include "search/base/duration.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

std::string time_warning(const BatchJob& job, std::optional<std::uint64_t> trainings, const TrainingTimes& measured) {
  const std::uint64_t tasks = std::max<std::uint64_t>(job.tasks, 1), ranks = job.ranks() * tasks;
  const std::string time = spoken(job.time);
  const std::string again = job.requeues > 0 ? fmt::format("it goes back into the queue up to {} times", job.requeues)
                                             : "submit it again to continue";
  if (measured.count == 0 || !trainings)
    return fmt::format("{} on {} rank{} have {}: {}; {}",
                       trainings ? grouped(*trainings) + " trainings" : "trainings too many to count", ranks,
                       ranks == 1 ? "" : "s", time,
                       trainings ? "whether that is enough cannot be known before some are timed"
                                 : "whether that is enough is not known",
                       again);
  const double usable = (job.time - closing_margin(job.time)).count();
  if (measured.longest > usable)
    return fmt::format("a training has taken {}, and the job has {}; raise --time", spoken(Seconds(measured.longest)),
                       time);
  const std::uint64_t left = *trainings - std::min(*trainings, measured.count);
  const double at_once =
      std::max(1.0, std::floor(static_cast<double>(job.ranks()) / measured.ranks)) * static_cast<double>(tasks);
  const double needed = measured.mean * std::ceil(static_cast<double>(left) / at_once);
  if (needed <= usable) return {};
  const double jobs = std::ceil(needed / usable);
  const std::string gang = measured.ranks > 1 ? fmt::format(" on {:.3g} ranks", measured.ranks) : "";
  const std::string work = fmt::format("{} trainings left, {:.3g} s each{}, take about {} on {} rank{}", grouped(left),
                                       measured.mean, gang, spoken(Seconds(needed)), ranks, ranks == 1 ? "" : "s");
  if (jobs <= static_cast<double>(job.requeues) + 1)
    return fmt::format("{}: about {:.0f} jobs of {}, one after the other by itself", work, jobs, time);
  return fmt::format("{}: more than the {} job{} of {} that --requeues allows; raise --time, --nodes or --requeues",
                     work, job.requeues + 1, job.requeues == 0 ? "" : "s", time);
}

std::string idle_warning(const BatchJob& job, std::optional<std::uint64_t> trainings, std::int64_t gang) {
  const std::uint64_t ranks = job.ranks() * std::max<std::uint64_t>(job.tasks, 1);
  if (!trainings || ranks / static_cast<std::uint64_t>(gang) <= *trainings) return {};
  return fmt::format("{} ranks are more than {} training{} busy; fewer --nodes, --ntasks-per-node or --array do",
                     grouped(ranks), grouped(*trainings), *trainings == 1 ? " keeps" : "s keep");
}

}  // namespace stormsweep
