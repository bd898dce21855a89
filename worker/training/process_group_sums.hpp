#pragma once

#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/csrc/distributed/c10d/Types.hpp>
#include <utility>
#include <vector>

#include "experiments/task/gang.hpp"
#include "search/base/machine.hpp"
#include "worker/training/device_sums.hpp"

namespace stormsweep {

/// Sends `text` of shard 0 to all members, as one float for each character.
inline std::string told_by_leader(Gang& gang, const std::string& text) {
  constexpr std::int64_t most = 256;
  torch::Tensor letters = torch::zeros({most});
  if (gang.shard() == 0)
    for (std::size_t i = 0; i < text.size() && i < most; ++i)
      letters[static_cast<std::int64_t>(i)] = static_cast<float>(static_cast<unsigned char>(text[i]));
  gang.sum(letters);
  std::string told;
  for (std::int64_t i = 0; i < most && letters[i].item<float>() > 0; ++i)
    told.push_back(static_cast<char>(letters[i].item<float>()));
  return told;
}

/// LibTorch from 2.4 on uses libuv by default, but may be built without it; older versions have no such option.
template <class Options>
void without_libuv(Options& options) {
  if constexpr (requires { options.useLibUV; }) options.useLibUV = false;
}

/// The meeting point that a process group of LibTorch wants: a port that the leader opens.
inline c10::intrusive_ptr<c10d::Store> meet(Gang& gang) {
  using namespace std::chrono_literals;
  c10d::TCPStoreOptions options;
  options.timeout = 60s;
  options.waitWorkers = false;
  options.port = 0;  // any that is free
  without_libuv(options);
  if (gang.shard() == 0) {
    options.isServer = true;
    auto store = c10::make_intrusive<c10d::TCPStore>(host_name(), options);
    told_by_leader(gang, host_name() + ":" + std::to_string(store->getPort()));
    return store;
  }
  const std::string place = told_by_leader(gang, "");
  const std::size_t colon = place.rfind(':');
  options.port = static_cast<std::uint16_t>(std::stoi(place.substr(colon + 1)));
  return c10::make_intrusive<c10d::TCPStore>(place.substr(0, colon), options);
}

/// DeviceSums by a process group of LibTorch: `Group` is c10d::ProcessGroupNCCL, and in the tests, which have no GPU,
/// c10d::ProcessGroupGloo. Destroying a group cancels its unfinished sums.
template <class Group>
class ProcessGroupSums : public DeviceSums {
 public:
  ProcessGroupSums(Gang& gang, std::function<bool()> abandoned, c10::intrusive_ptr<typename Group::Options> options)
      : abandoned_(std::move(abandoned)),
        group_(c10::make_intrusive<Group>(meet(gang), gang.shard(), gang.shards(), std::move(options))) {}

  std::unique_ptr<PendingSum> start(const torch::Tensor& values, TransferPrecision precision) override {
    torch::Tensor sent = precision == TransferPrecision::bf16 ? values.to(torch::kBFloat16) : values;
    std::vector<torch::Tensor> tensors{sent};
    return std::make_unique<Sum>(abandoned_, values, sent, group_->allreduce(tensors));
  }

 private:
  template <class Work>
  class SumOf : public PendingSum {
   public:
    SumOf(const std::function<bool()>& abandoned, torch::Tensor values, torch::Tensor sent, Work work)
        : abandoned_(abandoned), values_(std::move(values)), sent_(std::move(sent)), work_(std::move(work)) {}

    /// Polls rather than blocks, so that a rank can give up on lost mates.
    void wait() override {
      while (!work_->isCompleted()) {
        if (abandoned_()) throw Abandoned();
        std::this_thread::sleep_for(std::chrono::microseconds(20));
      }
      work_->wait();  // orders the device's later work after it, and throws what went wrong
      if (!sent_.is_same(values_)) values_.copy_(sent_);
    }

   private:
    const std::function<bool()>& abandoned_;
    torch::Tensor values_, sent_;
    Work work_;
  };
  using Sum = SumOf<decltype(std::declval<Group>().allreduce(std::declval<std::vector<torch::Tensor>&>()))>;

  std::function<bool()> abandoned_;
  c10::intrusive_ptr<Group> group_;
};

}  // namespace stormsweep
