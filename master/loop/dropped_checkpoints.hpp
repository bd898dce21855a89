#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "search/base/id.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

/// Checkpoints of trainings that will not go on. Each is removed once their outcomes are committed: until then a crash
/// would have them trained again.
class DroppedCheckpoints {
 public:
  /// Those of `fingerprint` (checkpoint_fingerprint) in the folder of caches.
  DroppedCheckpoints(std::filesystem::path cache, std::string fingerprint)
      : cache_(std::move(cache)), fingerprint_(std::move(fingerprint)) {}

  /// The checkpoint of that curve, if there is one, will not be needed.
  void add(const Identity& curve) { uncommitted_.push_back(curve); }
  /// All outcomes up to now are committed.
  void commit();
  /// Removes the oldest of the committed for about that long: a command's is a folder, which a slow disk may take 20 ms
  /// for, and there may be thousands.
  void remove(Seconds time);

 private:
  std::filesystem::path cache_;
  std::string fingerprint_;
  std::vector<Identity> uncommitted_;
  std::deque<Identity> committed_;
};

}  // namespace stormsweep
