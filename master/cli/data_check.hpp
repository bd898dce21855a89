#pragma once

#include <optional>
#include <string>
#include <vector>

#include "master/cli/run_options.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What `stormsweep-worker check` says of a search's data and of this machine.
struct DataReport {
  std::string text;  ///< the report itself, JSON: rank 0 is handed it by the command that has asked already
  std::string fingerprint;
  std::vector<std::string> notes;
  int gpus = 0;
};

/// The report that the launcher has handed on, or else the worker program's. Nothing if the data is unfit, which the
/// worker program has told, or a signal ended the check. Throws InputError where that program is not there or fails.
std::optional<DataReport> check_data(const Space& space, const RunOptions& options);

}  // namespace stormsweep
