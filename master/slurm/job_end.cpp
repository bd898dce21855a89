#include "master/slurm/job_end.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "search/base/duration.hpp"
#include "search/base/process.hpp"
#include "search/base/text.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

std::optional<double> read_time(std::string_view text) {
  double time = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time);
  if (error != std::errc() || end != text.data() + text.size() || time <= 0) return std::nullopt;
  return time;
}

/// The end of the job by Slurm. squeue prints UNLIMITED for a job without a limit, and nothing where there is no such
/// job any more.
std::optional<double> slurm_end() {
  const std::string job(environment("SLURM_JOB_ID"));
  if (job.empty()) return std::nullopt;
  if (const auto end = read_time(environment("SLURM_JOB_END_TIME"))) return end;
  int status = 0;
  std::string left = process::capture({"squeue", "-h", "-j", job, "-o", "%L"}, status, process::Capture::all);
  left.erase(std::min(left.size(), left.find('\n')));
  const auto remaining = status == 0 ? read_duration(left, Seconds(60)) : std::nullopt;
  if (!remaining) return std::nullopt;
  return unix_time() + remaining->count();
}

}  // namespace

std::optional<double> find_job_end(std::optional<Seconds> limit) {
  if (const auto told = environment(job_end_variable); !told.empty()) return read_time(told);
  std::optional<double> end = slurm_end();
  if (limit) end = std::min(end.value_or(HUGE_VAL), unix_time() + limit->count());
  return end;
}

}  // namespace stormsweep
