// Sums over ranks, under real ranks.
#include "worker/channel/all_reduce.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <iterator>
#include <map>
#include <memory>
#include <new>
#include <thread>

#include "tests/worker/channel/check.hpp"

namespace stormsweep {

namespace {

/// Number i of a rank: sums over ranks depend on their order.
float number(int rank, std::size_t i) {
  return std::sin(static_cast<float>(i) * 0.37f + static_cast<float>(rank)) * std::exp2(static_cast<float>(rank * 5));
}

std::vector<int> everyone(const MpiChannel& channel) {
  std::vector<int> members;
  for (int rank = 0; rank < channel.size(); ++rank) members.push_back(rank);
  return members;
}

std::shared_ptr<std::vector<float>> own_numbers(const MpiChannel& channel, std::size_t n) {
  auto values = std::make_shared<std::vector<float>>(n);
  for (std::size_t i = 0; i < n; ++i) (*values)[i] = number(channel.rank(), i);
  return values;
}

bool never() {
  return false;
}

/// Nodes for the ranks, pretending that there are several.
struct Layout {
  const char* name;
  int (*node)(int rank, int size);

  std::vector<int> nodes(const MpiChannel& channel) const {
    std::vector<int> result;
    for (int rank = 0; rank < channel.size(); ++rank) result.push_back(node(rank, channel.size()));
    return result;
  }
};
constexpr Layout layouts[]{{"one node", [](int, int) { return 0; }},
                           {"a node each", [](int rank, int) { return rank; }},
                           {"pairs", [](int rank, int) { return rank / 2; }},
                           {"two nodes, dealt out", [](int rank, int) { return rank % 2; }},
                           {"one apart", [](int rank, int size) { return rank == size - 1 ? 3 : 7; }}};

/// The numbers of all ranks, and their expected sum.
class Expected {
 public:
  Expected(int ranks, std::size_t n) : numbers_(static_cast<std::size_t>(ranks), std::vector<float>(n)) {
    exact_.resize(n), scale_.resize(n);
    for (std::size_t rank = 0; rank < numbers_.size(); ++rank)
      for (std::size_t i = 0; i < n; ++i) {
        const float value = numbers_[rank][i] = number(static_cast<int>(rank), i);
        exact_[i] += value, scale_[i] += std::fabs(value);
      }
  }

  const std::vector<float>& of(int rank) const { return numbers_[static_cast<std::size_t>(rank)]; }
  /// The greatest error, relative to the sum of the magnitudes.
  double error(const std::vector<float>& sums) const {
    double worst = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) worst = std::max(worst, std::fabs(sums[i] - exact_[i]) / scale_[i]);
    return worst;
  }
  /// What float32 gives when the ranks of each node are added in their order, and then the nodes' sums.
  std::vector<float> by_nodes(const std::vector<int>& nodes) const {
    std::map<int, std::vector<float>> sums;
    for (std::size_t rank = 0; rank < nodes.size(); ++rank) add(numbers_[rank], sums[nodes[rank]]);
    std::vector<float> total;
    for (const auto& [_, sum] : sums) add(sum, total);
    return total;
  }

 private:
  static void add(const std::vector<float>& values, std::vector<float>& sums) {
    if (sums.empty())
      sums = values;
    else
      for (std::size_t i = 0; i < values.size(); ++i) sums[i] += values[i];
  }

  std::vector<std::vector<float>> numbers_;
  std::vector<double> exact_, scale_;
};

/// Compares with sums in double and, beyond `few_numbers`, with sums in float32 in the order that the header promises.
void sums(MpiChannel& channel, std::uint64_t& gang, const Layout& layout, const Expected& expected,
          TransferPrecision precision) {
  const bool bf16 = precision == TransferPrecision::bf16;
  const auto nodes = layout.nodes(channel);
  const auto values = std::make_shared<std::vector<float>>(expected.of(channel.rank()));
  AllReduce all_reduce(channel, everyone(channel), ++gang, never, nodes);
  all_reduce.wait(all_reduce.start(*values, values, precision));
  // bf16 rounds numbers that are sent to 8 bits, float32 to 24.
  check(expected.error(*values) <= channel.size() * (bf16 ? 0x1p-8 : 0x1p-23), "the sum of all ranks' numbers",
        channel);
  check(bf16 || values->size() < 2049 || *values == expected.by_nodes(nodes), layout.name, channel);
  // All ranks have the same bits: then summing the result multiplies it by the number of ranks, exactly (2 or 4 ranks).
  const auto copy = std::make_shared<std::vector<float>>(*values);
  all_reduce.wait(all_reduce.start(*copy, copy));
  for (float& value : *values) value *= static_cast<float>(channel.size());
  check(*copy == *values, "every rank gets the same bits", channel);
}

/// Sizes that do not divide, fewer numbers than ranks, none; many messages to a part.
void all_sums(MpiChannel& channel, std::uint64_t& gang) {
  for (const std::size_t n : {0ul, 1ul, 3ul, 1000ul, 2049ul, 70'001ul, 1'000'003ul}) {
    const Expected expected(channel.size(), n);
    for (const Layout& layout : layouts)
      for (const auto precision : {TransferPrecision::fp32, TransferPrecision::bf16})
        sums(channel, gang, layout, expected, precision);
  }
}

/// Several sums at once in a gang of some ranks, while the others have a gang of their own.
void many(MpiChannel& channel, std::uint64_t& gang) {
  std::vector<int> odd, even;
  for (int rank = 0; rank < channel.size(); ++rank) (rank % 2 ? odd : even).push_back(rank);
  const auto& members = channel.rank() % 2 ? odd : even;
  gang += 2;
  AllReduce all_reduce(channel, members, gang - static_cast<std::uint64_t>(channel.rank() % 2), never);
  std::vector<std::shared_ptr<std::vector<float>>> buffers;
  std::uint64_t last = 0;
  for (int k = 0; k < 20; ++k) {
    buffers.push_back(std::make_shared<std::vector<float>>(5000 + 100 * k, static_cast<float>(k)));
    last = all_reduce.start(*buffers.back(), buffers.back());
  }
  all_reduce.wait(last);
  bool right = true;
  for (int k = 0; k < 20; ++k)
    for (const float value : *buffers[static_cast<std::size_t>(k)])
      right &= value == static_cast<float>(k) * static_cast<float>(members.size());
  check(right, "sums under way at once stay apart", channel);
}

/// Memory runs out in the summing thread: waiting for the sum throws, and the process lives on.
void out_of_memory(MpiChannel& channel, std::uint64_t& gang) {
  ++gang;
  if (channel.rank() == channel.size() - 1) return;  // the others wait for it
  AllReduce all_reduce(channel, everyone(channel), gang, []() -> bool { throw std::bad_alloc(); });
  const auto values = own_numbers(channel, 3'000'000);
  const auto number = all_reduce.start(*values, values);
  for (int time = 0; time < 2; ++time) {
    bool thrown = false;
    try {
      all_reduce.wait(number);
    } catch (const std::bad_alloc&) {
      thrown = true;
    }
    check(thrown, "memory that runs out while a sum is made is told to who waits for it", channel);
  }
}

/// One rank never comes: the others are told to abandon the gang, and form a new one without it.
void abandoned(MpiChannel& channel, std::uint64_t& gang) {
  ++gang;
  const int missing = channel.size() - 1;
  if (channel.rank() != missing) {
    std::atomic<bool> told = false;
    AllReduce all_reduce(channel, everyone(channel), gang, [&] { return told.load(); });
    const auto values = own_numbers(channel, 3'000'000);
    const auto number = all_reduce.start(*values, values);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    told = true;
    bool thrown = false;
    try {
      all_reduce.wait(number);
    } catch (const Abandoned&) {
      thrown = true;
    }
    check(thrown, "who waits for a rank that never comes can be told to leave", channel);
  }
  ++gang;
  if (channel.rank() == missing) return;
  std::vector<int> rest = everyone(channel);
  rest.pop_back();
  AllReduce all_reduce(channel, rest, gang, never);
  const auto values = std::make_shared<std::vector<float>>(100'000, 1.0f);
  all_reduce.wait(all_reduce.start(*values, values));
  check((*values)[99'999] == static_cast<float>(rest.size()), "and a new gang sums without it", channel);
}

}  // namespace

void all_reduce_contract(MpiChannel& channel) {
  std::uint64_t gang = 0;
  all_sums(channel, gang);
  many(channel, gang);
  out_of_memory(channel, gang);
  abandoned(channel, gang);
}

}  // namespace stormsweep
