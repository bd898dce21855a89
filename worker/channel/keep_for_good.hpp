#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace stormsweep {

/// Never frees `state`, the buffers of requests that nobody waits for any more: MPI may still write there.
inline void keep_for_good(std::shared_ptr<void> state) {
  static std::mutex mutex;
  static auto& kept = *new std::vector<std::shared_ptr<void>>;
  const std::lock_guard lock(mutex);
  kept.push_back(std::move(state));
}

}  // namespace stormsweep
