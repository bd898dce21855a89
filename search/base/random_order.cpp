#include "search/base/random_order.hpp"

#include <numeric>
#include <utility>

#include "search/base/random.hpp"

namespace stormsweep {

std::vector<std::int64_t> random_order(std::int64_t first, std::int64_t last, std::int64_t count, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(last - first));
  std::iota(order.begin(), order.end(), first);
  RandomStream random(seed);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    std::swap(order[i], order[i + random.below(order.size() - i)]);
  order.resize(static_cast<std::size_t>(count));
  return order;
}

}  // namespace stormsweep
