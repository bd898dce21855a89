#pragma once

#include <string>
#include <vector>

#include "worker/executor.hpp"

namespace stormsweep {

/// `check SPACE [CACHE]` of the program with this executor: opens the data of a search space, scans whatever the
/// results kept in the folder CACHE do not cover, and prints the result for the master as one line of JSON:
/// {"fingerprint": ..., "stamps": [[bytes, written, checksum], ...], "notes": [...], "gpus": n}
/// (search/space/file_stamps.hpp). Throws InputError where the data cannot be trained on.
int check_command(const std::vector<std::string>& arguments, const Executor& executor);

}  // namespace stormsweep
