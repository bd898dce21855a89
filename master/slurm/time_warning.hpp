#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "master/slurm/batch_script.hpp"
#include "master/store/timed_trainings.hpp"

namespace stormsweep {

/// What to tell, before it waits in the queue, of a job whose search does not fit its time, or of which nobody can know
/// that; empty where it fits. `trainings`: of the whole search, nothing where they cannot be counted.
std::string time_warning(const BatchJob& job, std::optional<std::uint64_t> trainings, const TrainingTimes& measured);

/// What to tell of a job with more ranks than all `trainings` side by side have work for, each on `gang` ranks at most;
/// empty where there is work for all.
std::string idle_warning(const BatchJob& job, std::optional<std::uint64_t> trainings, std::int64_t gang);

}  // namespace stormsweep
