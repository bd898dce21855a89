#include "worker/training/rank_gang.hpp"

#include <cstddef>
#include <utility>

#include "worker/training/nccl_sums.hpp"

namespace stormsweep {

namespace {

/// A sum by MPI, of a copy where the tensor is not in the host's memory.
class HostSum : public PendingSum {
 public:
  HostSum(AllReduce& all_reduce, const torch::Tensor& values, TransferPrecision precision)
      : all_reduce_(all_reduce), values_(values), host_(values.to(torch::kCPU)) {
    const std::span<float> numbers(host_.data_ptr<float>(), static_cast<std::size_t>(host_.numel()));
    number_ = all_reduce_.start(numbers, std::make_shared<torch::Tensor>(host_), precision);
  }

  void wait() override {
    all_reduce_.wait(number_);
    if (!host_.is_same(values_)) values_.copy_(host_);
  }

 private:
  AllReduce& all_reduce_;
  torch::Tensor values_, host_;
  std::uint64_t number_ = 0;
};

}  // namespace

RankGang::RankGang(MpiChannel& channel, const Assignment& assignment, std::function<bool()> abandoned)
    : abandoned_(std::move(abandoned)),
      all_reduce_(channel, {assignment.members.begin(), assignment.members.end()}, assignment.gang, abandoned_) {}

void RankGang::sum(torch::Tensor& values) {
  const torch::Tensor whole = values.contiguous();
  start(whole, TransferPrecision::fp32)->wait();
  if (!whole.is_same(values)) values.copy_(whole);
}

std::unique_ptr<PendingSum> RankGang::start(const torch::Tensor& values, TransferPrecision precision) {
  if (values.is_cuda()) {
    if (!device_sums_) device_sums_ = make_nccl_sums(*this, values.device(), abandoned_);
    if (*device_sums_) return (*device_sums_)->start(values, precision);
  }
  return std::make_unique<HostSum>(all_reduce_, values, precision);
}

}  // namespace stormsweep
