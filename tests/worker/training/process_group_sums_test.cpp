// Sums by a process group of LibTorch, under real ranks; with Gloo, which needs no GPU.
#include "worker/training/process_group_sums.hpp"

#include <torch/utils.h>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include "tests/worker/channel/check.hpp"
#include "worker/training/rank_gang.hpp"

namespace stormsweep {

namespace {

using Group = c10d::ProcessGroupGloo;

c10::intrusive_ptr<Group::Options> options() {
  auto options = Group::Options::create();
  options->devices.push_back(Group::createDefaultDevice());
  return options;
}

/// Compares with sums by MPI, several at once. Gloo has no bf16.
void sums(const MpiChannel& channel, RankGang& gang, DeviceSums& sums) {
  torch::manual_seed(static_cast<std::uint64_t>(channel.rank()));
  std::vector<torch::Tensor> values, expected;
  std::vector<std::unique_ptr<PendingSum>> pending;
  for (const std::int64_t size : {1, 1000, 300'000}) {
    values.push_back(torch::randn({size}));
    expected.push_back(values.back().clone());
    gang.sum(expected.back());
    pending.push_back(sums.start(values.back(), TransferPrecision::fp32));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    pending[i]->wait();
    // Sums up to about 15: in another order they differ by a few roundings to 24 bits.
    check(values[i].allclose(expected[i], 1e-6, 5e-6), "the sum that MPI makes", channel);
  }
}

/// All but the last rank abandon a sum that the last one joins too late.
void abandonment(const MpiChannel& channel, DeviceSums& sums, std::atomic<bool>& abandoned) {
  abandoned = channel.rank() < channel.size() - 1;
  if (!abandoned) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  try {
    sums.start(torch::ones({1000}), TransferPrecision::fp32)->wait();
    check(!abandoned, "a sum without a mate does not end", channel);
  } catch (const Abandoned&) {
    check(abandoned, "who has not been told to leave waits", channel);
  }
}

}  // namespace

}  // namespace stormsweep

int main(int, char** words) {
  using namespace stormsweep;
  MpiChannel channel(std::chrono::seconds(60), [] { std::abort(); });
  check(channel.size() == std::atoi(words[1]), "under as many ranks as the test asks for", channel);
  Assignment assignment{{}, 1, {}};
  for (int rank = 0; rank < channel.size(); ++rank) assignment.members.push_back(rank);
  std::atomic<bool> abandoned = false;
  RankGang gang(channel, assignment, [&] { return abandoned.load(); });
  ProcessGroupSums<Group> device_sums(
      gang, [&] { return abandoned.load(); }, options());
  check(told_by_leader(gang, channel.rank() == 0 ? "node-7:4711" : "") == "node-7:4711", "what the leader says",
        channel);
  sums(channel, gang, device_sums);
  torch::Tensor met = torch::ones({1});
  gang.sum(met);  // a barrier
  abandonment(channel, device_sums, abandoned);
  if (failures == 0) std::printf("rank %d of %d: all held\n", channel.rank(), channel.size());
  return failures == 0 ? 0 : 1;
}
