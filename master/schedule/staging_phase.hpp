#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "search/base/id.hpp"
#include "search/messages/wire.hpp"

namespace stormsweep {

/// Decides when which workers copy the data to their machines: all together, before any training; after a loss the
/// others try again, and reuse what they already have. Pure.
class StagingPhase {
 public:
  /// `all_needed`: training needs every worker, so that a loss ends the phase.
  StagingPhase(std::size_t workers, bool all_needed) : expected_(workers), all_needed_(all_needed) {}

  void joined(WorkerId worker);
  void lost(WorkerId worker);
  /// The worker has ended its part of an attempt. Returns false where that no longer counts.
  bool ended(WorkerId worker, std::uint64_t attempt, bool done);
  /// There will be no training.
  void give_up() { over_ = true; }

  /// The attempt to begin now, if any: the first once all workers have joined or are lost, another after a loss. Throws
  /// InputError where `most_attempts` have failed.
  std::optional<wire::Stage> next();
  /// Whether all workers have their copies, or the phase was given up.
  bool over() const { return over_; }
  const std::set<WorkerId>& present() const { return present_; }

  /// Messages of different attempts are told apart by numbers that repeat after 8 (worker/channel/relay.hpp).
  static constexpr std::uint64_t most_attempts = 7;

 private:
  std::size_t expected_;
  bool all_needed_;
  std::set<WorkerId> present_, lost_;
  std::set<WorkerId> done_, failed_;  // in the current attempt
  std::uint64_t attempt_ = 0;         // 0: none has begun
  bool stale_ = true;                 // a new attempt must begin
  bool over_ = false;
};

}  // namespace stormsweep
