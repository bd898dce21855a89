#include "master/slurm/time_warning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "master/schedule/closing_margin.hpp"
#include "master/store/database.hpp"
#include "search/base/duration.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

TrainingTimes measure_trainings(const std::vector<std::filesystem::path>& databases, const std::string& search) {
  TrainingTimes all;
  double sum = 0, rank_seconds = 0;
  for (const auto& file : databases) {
    if (!std::filesystem::exists(file)) continue;
    SQLite::Database database = open_for_reading(file);
    guarded(file, [&] {
      // The trials of a training are its milestones: the longest tells how long it took.
      SQLite::Statement select(
          database,
          "SELECT count(*), total(wall), max(wall), total(wall * gang) FROM (SELECT max(wall_seconds) AS wall, gang "
          "FROM trials WHERE search = (SELECT id FROM searches WHERE name = ?) AND wall_seconds IS NOT NULL GROUP BY "
          "training)");
      select.bind(1, search);
      select.executeStep();
      all.count += static_cast<std::uint64_t>(select.getColumn(0).getInt64());
      sum += select.getColumn(1).getDouble();
      all.longest = std::max(all.longest, select.getColumn(2).getDouble());
      rank_seconds += select.getColumn(3).getDouble();
    });
  }
  if (all.count > 0) all.mean = sum / static_cast<double>(all.count);
  if (sum > 0) all.ranks = rank_seconds / sum;
  return all;
}

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
                                 : "nobody can know whether that is enough",
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

}  // namespace stormsweep
