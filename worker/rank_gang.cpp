#include "worker/rank_gang.hpp"

#include <memory>
#include <utility>

namespace stormsweep {

RankGang::RankGang(Channel& channel, const Duty& duty, std::function<bool()> abandoned)
    : all_reduce_(channel, {duty.members.begin(), duty.members.end()}, duty.gang, std::move(abandoned)) {}

void RankGang::sum(torch::Tensor& values) {
  const torch::Tensor host = values.to(torch::kCPU).contiguous();
  wait(start(host, Wire::fp32));
  if (!host.is_same(values)) values.copy_(host);
}

std::uint64_t RankGang::start(const torch::Tensor& values, Wire wire) {
  return all_reduce_.start({values.data_ptr<float>(), static_cast<std::size_t>(values.numel())},
                           std::make_shared<torch::Tensor>(values), wire);
}

}  // namespace stormsweep
