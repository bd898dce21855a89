#pragma once

#include <string>
#include <vector>

namespace stormsweep {

/// `stormsweep-worker check SPACE [CACHE]`: opens the data of a search space, scans what scans kept in the folder CACHE
/// do not know, and prints what the master wants to know as one line of JSON:
/// {"fingerprint": ..., "notes": [...], "gpus": n}. Throws InputError where the
/// data cannot be trained on.
int check_command(const std::vector<std::string>& arguments);

}  // namespace stormsweep
