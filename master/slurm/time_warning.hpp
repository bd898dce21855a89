#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "master/slurm/batch_script.hpp"

namespace stormsweep {

/// What the trainings of a search have taken so far, in seconds.
struct TrainingTimes {
  std::uint64_t count = 0;
  double mean = 0, longest = 0;
  double ranks = 1;  ///< of a training, weighted by its seconds: more than 1 where gangs train
};

/// Of the files that are there. Throws InputError where one is no results database.
TrainingTimes measure_trainings(const std::vector<std::filesystem::path>& databases, const std::string& search);

/// What to tell, before it waits in the queue, of a job whose search does not fit its time, or of which nobody can know
/// that; empty where it fits. `trainings`: of the whole search, nothing where they cannot be counted.
std::string time_warning(const BatchJob& job, std::optional<std::uint64_t> trainings, const TrainingTimes& measured);

}  // namespace stormsweep
