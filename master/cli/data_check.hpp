#pragma once

#include <optional>
#include <string>
#include <vector>

#include "master/cli/run_options.hpp"
#include "search/space/file_stamps.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// The report of `stormsweep-worker check` on a search's data and this machine.
struct DataReport {
  std::string text;  ///< the report itself, JSON, which the launching command passes on to rank 0
  std::string fingerprint;
  std::vector<FileStamp> stamps;
  std::vector<std::string> notes;
  int gpus = 0;
};

/// The report that the launcher passed on to this rank; otherwise runs the worker program for it. Nothing if the data
/// is unfit, which the worker program has reported, or a signal ended the check. Throws InputError where that program
/// is missing or fails.
std::optional<DataReport> check_data(const Space& space, const RunOptions& options);

}  // namespace stormsweep
