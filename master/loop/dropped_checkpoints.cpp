#include "master/loop/dropped_checkpoints.hpp"

#include <chrono>
#include <system_error>

#include "search/space/cache_files.hpp"

namespace stormsweep {

void DroppedCheckpoints::commit() {
  committed_.insert(committed_.end(), uncommitted_.begin(), uncommitted_.end());
  uncommitted_.clear();
}

void DroppedCheckpoints::remove(Seconds time) {
  const auto begin = std::chrono::steady_clock::now();
  while (!committed_.empty() && std::chrono::steady_clock::now() - begin < time) {
    std::error_code ignored;  // what is not there need not go
    std::filesystem::remove_all(checkpoint(checkpoints(cache_), committed_.front(), fingerprint_), ignored);
    committed_.pop_front();
  }
}

}  // namespace stormsweep
