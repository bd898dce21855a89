#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "search/space/configuration.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

/// Calls `each` with configuration and seconds of the newest `most` complete trials for which `condition` holds, newest
/// first. Configurations that do not fit the present `experiment` are skipped.
void each_timed(SQLite::Database& database, const Experiment& experiment, std::string_view condition, std::size_t most,
                const std::function<void(const Configuration&, double)>& each);

/// What the trainings of a search have taken so far, in seconds.
struct TrainingTimes {
  std::uint64_t count = 0;
  double mean = 0, longest = 0;
  double ranks = 1;  ///< mean ranks of a training, weighted by its seconds; more than 1 where gangs train
};

/// Over those files that exist. Throws InputError where one is not a results database.
TrainingTimes measure_trainings(const std::vector<std::filesystem::path>& databases, const std::string& search);

}  // namespace stormsweep
