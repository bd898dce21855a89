#include "worker/training/gradients.hpp"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/utils/lambda_post_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <cassert>
#include <utility>

namespace stormsweep {

namespace {

/// Large enough to use the network's bandwidth, small enough that the first bucket is sent long before backward ends.
constexpr std::int64_t bucket_floats = 1 << 20;

}  // namespace

struct Gradients::Bucket {
  torch::Tensor flat;  ///< the gradients concatenated; on the network's device
  std::vector<std::size_t> parameters;
  std::size_t missing = 0;  ///< parameters whose gradient is not there yet
  std::unique_ptr<PendingSum> sum;
};

/// The gradients of one step.
struct Gradients::Set {
  std::vector<Bucket> buckets;
  torch::Tensor extra;
  std::unique_ptr<PendingSum> extra_sum;
  std::size_t launched = 0;  ///< buckets
  bool started = false, finished = false, collected = false;
};

std::vector<std::vector<std::size_t>> Gradients::buckets_of(const std::vector<torch::Tensor>& parameters) {
  std::vector<std::vector<std::size_t>> buckets;
  std::int64_t floats = 0;
  for (std::size_t p = parameters.size(); p-- > 0;) {
    if (buckets.empty() || floats >= bucket_floats) buckets.emplace_back(), floats = 0;
    buckets.back().push_back(p);
    floats += parameters[p].numel();
  }
  return buckets;
}

Gradients::Gradients(std::vector<torch::Tensor> parameters, RankGang* gang, Options options)
    : parameters_(std::move(parameters)), gang_(gang), options_(options) {
  sets_.resize(options.lag > 0 ? 2 : 1);
  bucket_of_.resize(parameters_.size());
  const auto buckets = buckets_of(parameters_);
  for (std::size_t b = 0; b < buckets.size(); ++b)
    for (const std::size_t p : buckets[b]) bucket_of_[p] = b;
  for (Set& set : sets_) {
    for (const auto& members : buckets) set.buckets.emplace_back().parameters = members;
    for (Bucket& bucket : set.buckets) {
      std::int64_t size = 0;
      for (const std::size_t p : bucket.parameters) size += parameters_[p].numel();
      bucket.flat = torch::zeros({size}, parameters_[0].options().requires_grad(false));
    }
  }
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    using torch::autograd::utils::LambdaPostHook;
    using Variables = std::vector<torch::autograd::Variable>;
    auto accumulator = torch::autograd::impl::grad_accumulator(parameters_[p]);
    accumulator->add_post_hook(std::make_unique<LambdaPostHook>([this, p](const Variables& outputs, const Variables&) {
      if (armed_) full(p);
      return outputs;
    }));
    hooks_.push_back(std::move(accumulator));  // keeps it alive: a parameter holds its accumulator weakly
  }
}

Gradients::~Gradients() = default;

Gradients::Set& Gradients::current() {
  return sets_[step_ % sets_.size()];
}
Gradients::Set& Gradients::previous() {
  return sets_[(step_ + 1) % sets_.size()];
}

void Gradients::attach(Set& set) {
  for (Bucket& bucket : set.buckets) {
    std::int64_t first = 0;
    for (const std::size_t p : bucket.parameters) {
      const torch::Tensor& parameter = parameters_[p];
      parameters_[p].mutable_grad() = bucket.flat.slice(0, first, first + parameter.numel()).view(parameter.sizes());
      first += parameter.numel();
    }
  }
}

void Gradients::zero() {
  armed_ = false;
  Set& set = current();
  for (Bucket& bucket : set.buckets) {
    bucket.flat.zero_();
    bucket.missing = bucket.parameters.size();
  }
  set.launched = 0;
  set.started = set.finished = set.collected = false;
  attach(set);
}

void Gradients::last_pass() {
  armed_ = options_.overlap && gang_;
}

void Gradients::full(std::size_t parameter) {
  --current().buckets[bucket_of_[parameter]].missing;
  launch_full();
}

/// In order: all ranks must start the same sums one after the other.
void Gradients::launch_full() {
  Set& set = current();
  for (; set.launched < set.buckets.size() && set.buckets[set.launched].missing == 0; ++set.launched) {
    Bucket& bucket = set.buckets[set.launched];
    bucket.sum = gang_->start(bucket.flat, options_.precision);
  }
}

void Gradients::start(const torch::Tensor& extra) {
  Set& set = current();
  armed_ = false;
  set.extra = extra.to(torch::kCPU, torch::kFloat32).contiguous().clone();
  if (gang_) {
    for (Bucket& bucket : set.buckets) bucket.missing = 0;
    launch_full();
    set.extra_sum = gang_->start(set.extra, TransferPrecision::fp32);
  }
  set.started = true;
}

void Gradients::finish(Set& set) {
  if (!set.started || std::exchange(set.finished, true) || !gang_) return;
  for (Bucket& bucket : set.buckets) bucket.sum->wait();
}

void Gradients::use() {
  Set& set = options_.lag > 0 ? previous() : current();
  finish(set);
  if (options_.lag > 0) attach(set);
  ++step_;
}

torch::Tensor Gradients::collect(bool all) {
  torch::Tensor sum = torch::zeros({options_.extra}, torch::kFloat64);
  for (Set& set : sets_) {
    if (!set.started || (!all && &set != &current()) || std::exchange(set.collected, true)) continue;
    if (gang_) set.extra_sum->wait();
    sum += set.extra.to(torch::kFloat64);
  }
  return sum;
}

std::vector<torch::Tensor> Gradients::pending() {
  std::vector<torch::Tensor> sums;
  if (options_.lag == 0) return sums;
  finish(previous());
  for (const Bucket& bucket : previous().buckets) sums.push_back(bucket.flat);
  return sums;
}

void Gradients::set_pending(const std::vector<torch::Tensor>& sums) {
  Set& set = previous();
  assert(options_.lag == 0 || sums.size() == set.buckets.size());
  for (std::size_t i = 0; i < sums.size(); ++i) set.buckets[i].flat.copy_(sums[i]);
  set.started = set.finished = set.collected = true;
}

}  // namespace stormsweep
