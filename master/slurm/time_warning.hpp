#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "master/slurm/batch_script.hpp"
#include "master/store/timed_trainings.hpp"

namespace stormsweep {

/// A warning, before it waits in the queue, of a job whose search does not fit its time, or may not; empty where it
/// fits. `trainings`: of the whole search; nothing where they cannot be counted.
std::string time_warning(const BatchJob& job, std::optional<std::uint64_t> trainings, const TrainingTimes& measured);

/// A warning of a job with more ranks than all `trainings` at once can use, each on at most `gang` ranks; empty where
/// all ranks have work.
std::string idle_warning(const BatchJob& job, std::optional<std::uint64_t> trainings, std::int64_t gang);

}  // namespace stormsweep
