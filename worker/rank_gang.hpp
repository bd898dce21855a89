#pragma once

#include <functional>

#include "experiments/gang.hpp"
#include "search/trainings.hpp"
#include "worker/channel/all_reduce.hpp"

namespace stormsweep {

/// A gang of ranks of the job.
class RankGang : public Gang {
 public:
  /// Of a duty that has members; `abandoned` as AllReduce asks it.
  RankGang(Channel& channel, const Duty& duty, std::function<bool()> abandoned);

  int shard() const override { return all_reduce_.place(); }
  int shards() const override { return all_reduce_.size(); }
  void sum(torch::Tensor& values) override;

  /// As AllReduce's, for a float32 tensor that is contiguous and on a CPU.
  std::uint64_t start(const torch::Tensor& values, Wire wire);
  void wait(std::uint64_t number) { all_reduce_.wait(number); }

 private:
  AllReduce all_reduce_;
};

}  // namespace stormsweep
