// Sums over ranks, under real ranks.
#include "worker/channel/all_reduce.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>
#include <thread>

#include "tests/worker/channel/check.hpp"

namespace stormsweep {

namespace {

/// Number i of rank r: sums of these over ranks depend on their order.
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

/// Against sums in double, and bit by bit against another run; sizes that do not divide, fewer numbers than ranks,
/// none.
void sums(MpiChannel& channel, std::uint64_t& gang, TransferPrecision precision) {
  for (const std::size_t n : {0ul, 1ul, 3ul, 1000ul, 70'001ul, 1'000'003ul}) {
    std::vector<float> before;
    for (int run = 0; run < 2; ++run) {
      AllReduce all_reduce(channel, everyone(channel), ++gang, never);
      const auto values = own_numbers(channel, n);
      all_reduce.wait(all_reduce.start(*values, values, precision));
      double worst = 0;
      for (std::size_t i = 0; i < n; ++i) {
        double exact = 0, scale = 0;
        for (int rank = 0; rank < channel.size(); ++rank) exact += number(rank, i), scale += std::fabs(number(rank, i));
        worst = std::max(worst, std::fabs((*values)[i] - exact) / scale);
      }
      // bf16 rounds at every hop to 8 bits, float32 to 24.
      check(worst <= channel.size() * (precision == TransferPrecision::bf16 ? 0x1p-8 : 0x1p-23),
            "the sum of all ranks' numbers", channel);
      check(run == 0 || n == 0 || std::memcmp(before.data(), values->data(), n * sizeof(float)) == 0,
            "the same, run after run", channel);
      before = *values;
    }
    // All ranks have the same bits: the sum of a copy is the number of ranks times it, exactly (2 or 4 ranks).
    AllReduce all_reduce(channel, everyone(channel), ++gang, never);
    const auto copy = std::make_shared<std::vector<float>>(before);
    all_reduce.wait(all_reduce.start(*copy, copy));
    bool same = true;
    for (std::size_t i = 0; i < n; ++i) same &= (*copy)[i] == before[i] * static_cast<float>(channel.size());
    check(same, "every rank gets the same bits", channel);
  }
}

/// Several at once, of a gang of some ranks, while the others have one of their own.
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

/// One rank never comes: the others are told, and form a new gang without it.
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
  sums(channel, gang, TransferPrecision::fp32);
  sums(channel, gang, TransferPrecision::bf16);
  many(channel, gang);
  abandoned(channel, gang);
}

}  // namespace stormsweep
