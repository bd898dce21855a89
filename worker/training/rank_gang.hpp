#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "experiments/task/gang.hpp"
#include "search/space/trainings.hpp"
#include "worker/channel/all_reduce.hpp"
#include "worker/training/device_sums.hpp"

namespace stormsweep {

/// A gang of ranks of the job. Tensors on a GPU are summed by NCCL where available, else through the host; all others
/// by MPI.
class RankGang : public Gang {
 public:
  /// `assignment` must have members; `abandoned`: see AllReduce.
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
  std::optional<std::unique_ptr<DeviceSums>> device_sums_;  ///< made for the first sum on a GPU; null: not available
};

}  // namespace stormsweep
