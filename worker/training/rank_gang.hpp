#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "experiments/task/gang.hpp"
#include "search/space/trainings.hpp"
#include "worker/channel/all_reduce.hpp"
#include "worker/training/device_sums.hpp"

namespace stormsweep {

/// A gang of ranks of the job. Sums of what lies in a GPU go by NCCL where that is there, else by way of the host; all
/// others by MPI.
class RankGang : public Gang {
 public:
  /// Of an assignment that has members; `abandoned` as AllReduce asks it.
  RankGang(MpiChannel& channel, const Assignment& assignment, std::function<bool()> abandoned);

  int shard() const override { return all_reduce_.place(); }
  int shards() const override { return all_reduce_.size(); }
  void sum(torch::Tensor& values) override;

  /// Begins to sum `values`, float32 and contiguous, in place, beside the caller's work. All members start the same
  /// sizes in the same order.
  std::unique_ptr<PendingSum> start(const torch::Tensor& values, TransferPrecision precision);

 private:
  std::function<bool()> abandoned_;
  AllReduce all_reduce_;
  std::optional<std::unique_ptr<DeviceSums>> device_sums_;  ///< made for the first sum in a GPU; null: there are none
};

}  // namespace stormsweep
