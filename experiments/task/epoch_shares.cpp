#include "experiments/task/epoch_shares.hpp"

#include <algorithm>

namespace stormsweep {

EpochShares::EpochShares(const Gang& gang, std::int64_t count, std::int64_t copies, std::int64_t batch_size)
    : own_(static_cast<std::size_t>(gang.shard())) {
  for (int shard = 0; shard < gang.shards(); ++shard) {
    const auto [first, last] = gang.share(count, shard);
    samples_.push_back((last - first) * copies);
  }
  most_ = *std::ranges::max_element(samples_);
  batch_size_ = std::min(most_, batch_size);
}

std::int64_t EpochShares::batches() const {
  return (most_ + batch_size_ - 1) / batch_size_;
}

std::pair<std::int64_t, std::int64_t> EpochShares::batch(std::int64_t k) const {
  return {std::min(samples(), k * batch_size_), std::min(samples(), (k + 1) * batch_size_)};
}

std::int64_t EpochShares::total(std::int64_t k) const {
  std::int64_t total = 0;
  for (const std::int64_t samples : samples_)
    total += std::clamp<std::int64_t>(samples - k * batch_size_, 0, batch_size_);
  return total;
}

}  // namespace stormsweep
