#include "experiments/segmentation/segmentation_samples.hpp"

#include <algorithm>

#include "search/base/random_order.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

std::vector<std::int64_t> SampleShares::divided(int shard) const {
  std::vector<std::int64_t> usable;
  for (std::int64_t file = 0; file < files; ++file)
    if (!unusable.contains(file)) usable.push_back(file);
  const auto count = static_cast<std::int64_t>(usable.size());
  return {usable.begin() + count * shard / shards, usable.begin() + count * (shard + 1) / shards};
}

std::vector<std::int64_t> SampleShares::drawn(int shard, std::int64_t samples, std::uint64_t seed) const {
  std::vector<std::int64_t> order =
      random_order(0, files, files, derive_seed(seed, "subset", {static_cast<std::uint64_t>(shard)}));
  std::erase_if(order, [&](std::int64_t file) { return unusable.contains(file); });
  if (std::ssize(order) > samples) order.resize(static_cast<std::size_t>(samples));
  return order;
}

}  // namespace stormsweep
