#include "master/schedule/staging_phase.hpp"

#include "search/base/error.hpp"

namespace stormsweep {

void StagingPhase::joined(WorkerId worker) {
  if (!lost_.contains(worker)) present_.insert(worker);
}

void StagingPhase::lost(WorkerId worker) {
  lost_.insert(worker);
  present_.erase(worker);
  stale_ = true;
  if (all_needed_ || lost_.size() == expected_) over_ = true;
}

bool StagingPhase::ended(WorkerId worker, std::uint64_t attempt, bool done) {
  if (attempt != attempt_ || stale_ || over_ || !present_.contains(worker)) return false;
  (done ? done_ : failed_).insert(worker);
  // A worker took a living mate for dead: all try again.
  stale_ = !failed_.empty() && done_.size() + failed_.size() == present_.size();
  over_ = done_.size() == present_.size();
  return true;
}

std::optional<wire::Stage> StagingPhase::next() {
  if (over_ || !stale_ || present_.size() + lost_.size() < expected_) return std::nullopt;
  if (attempt_ == most_attempts)
    throw InputError("--stage: the workers lost each other " + std::to_string(attempt_) +
                     " times; look at the network between the machines, or run without --stage");
  stale_ = false;
  done_.clear(), failed_.clear();
  wire::Stage order{++attempt_, {}};
  for (const WorkerId worker : present_) order.ranks.push_back(static_cast<std::int32_t>(worker.value));
  return order;
}

}  // namespace stormsweep
