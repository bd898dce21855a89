#pragma once

#include <optional>

#include "search/base/time.hpp"

namespace stormsweep {

/// When this run has to be over, in seconds since 1970-01-01 UTC: after `limit` from now, or when Slurm ends the job
/// that it is part of (SLURM_JOB_END_TIME, which Slurm sets from version 23 on; before, squeue is asked once),
/// whichever is first. Nothing where neither is known. A launcher passes the result to rank 0 in the environment
/// variable `job_end_variable`, so that restarting the ranks does not restart the limit.
std::optional<double> find_job_end(std::optional<Seconds> limit);

inline constexpr const char* job_end_variable = "STORMSWEEP_JOB_END";

}  // namespace stormsweep
