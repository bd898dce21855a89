#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "search/base/id.hpp"
#include "search/messages/wire.hpp"

namespace stormsweep {

/// When which workers bring copies of the data to their machines: all together, before any training; when one is lost,
/// the others again, who find what they have. Decides purely.
class StagingPhase {
 public:
  /// `all_needed`: without one of them no training is done, so that a loss ends it.
  StagingPhase(std::size_t workers, bool all_needed) : expected_(workers), all_needed_(all_needed) {}

  void joined(WorkerId worker);
  void lost(WorkerId worker);
  /// The worker has ended its part of an attempt. False where that no longer counts.
  bool ended(WorkerId worker, std::uint64_t attempt, bool done);
  /// There will be no training.
  void give_up() { over_ = true; }

  /// An attempt that is to begin now, once all have joined or are lost, and after a loss. Throws InputError where
  /// `most_attempts` have failed.
  std::optional<wire::Stage> next();
  /// All have what they want, or it was given up.
  bool over() const { return over_; }
  const std::set<WorkerId>& present() const { return present_; }

  /// Attempts tell their messages apart by numbers that come again after 8 (worker/channel/relay.hpp).
  static constexpr std::uint64_t most_attempts = 7;

 private:
  std::size_t expected_;
  bool all_needed_;
  std::set<WorkerId> present_, lost_;
  std::set<WorkerId> done_, failed_;  // of the attempt
  std::uint64_t attempt_ = 0;         // 0: none has begun
  bool stale_ = true;                 // a new attempt must begin
  bool over_ = false;
};

}  // namespace stormsweep
