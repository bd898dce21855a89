#pragma once

#include <optional>
#include <string>
#include <vector>

#include "master/cli/run_options.hpp"
#include "search/space/file_stamps.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What the program that trains found when it checked a search's data and this machine (worker/check.hpp).
struct DataReport {
  std::string text;  ///< the report itself, JSON, which the launching command passes on to rank 0
  std::string fingerprint;
  std::vector<FileStamp> stamps;
  std::vector<std::string> notes;
  int gpus = 0;
};

/// The report that the launcher passed on to this rank; otherwise runs the program that trains for it. Nothing if the
/// data is unfit, which that program has reported, or a signal ended the check. Throws InputError where the program is
/// missing or fails.
std::optional<DataReport> check_data(const Space& space, const RunOptions& options);

}  // namespace stormsweep
