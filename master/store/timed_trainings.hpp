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

/// Tells `each` of the newest `most` complete trials that `condition` holds of, newest first, and of the seconds that
/// each took. Configurations that `experiment`, as it is now, does not know are passed over.
void each_timed(SQLite::Database& database, const Experiment& experiment, std::string_view condition, std::size_t most,
                const std::function<void(const Configuration&, double)>& each);

/// What the trainings of a search have taken so far, in seconds.
struct TrainingTimes {
  std::uint64_t count = 0;
  double mean = 0, longest = 0;
  double ranks = 1;  ///< of a training, weighted by its seconds: more than 1 where gangs train
};

/// Of the files that are there. Throws InputError where one is no results database.
TrainingTimes measure_trainings(const std::vector<std::filesystem::path>& databases, const std::string& search);

}  // namespace stormsweep
