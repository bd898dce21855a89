#include "models/counted_flops.hpp"

#include <ATen/Context.h>
#include <ATen/record_function.h>
#include <torch/types.h>

#include <functional>
#include <memory>
#include <numeric>
#include <string_view>

namespace stormsweep {

namespace {

thread_local std::int64_t counted = 0;

std::int64_t product(torch::IntArrayRef sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

/// Of products [..., n, k] x [..., k, m], where `b` is the right one.
std::int64_t of_product(const torch::Tensor& a, const torch::Tensor& b) {
  return 2 * a.numel() * (b.dim() > 1 ? b.size(-1) : 1);
}

/// What a convolution costs for each number of its output, or of its input where it is transposed: `weight` is [out,
/// in / groups, kernel...], or [in, out / groups, kernel...].
struct ConvolutionCost : at::ObserverContext {
  explicit ConvolutionCost(std::int64_t cost) : each(cost) {}
  std::int64_t each;
};

/// Inputs are there when an operator begins, outputs when it ends.
std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  const std::string_view name = function.name();
  const auto tensor = [&](std::size_t i) { return function.inputs()[i].toTensor(); };
  if (name == "aten::convolution") {
    const std::int64_t each = 2 * product(tensor(1).sizes().slice(1));
    if (!function.inputs()[6].toBool()) return std::make_unique<ConvolutionCost>(each);
    counted += each * tensor(0).numel();
  } else if (name == "aten::mm" || name == "aten::bmm" || name == "aten::mv") {
    counted += of_product(tensor(0), tensor(1));
  } else if (name == "aten::addmm" || name == "aten::baddbmm" || name == "aten::addbmm" || name == "aten::addmv") {
    counted += of_product(tensor(1), tensor(2));
  } else if (name == "aten::_scaled_dot_product_flash_attention_for_cpu") {  // queries [..., l, e], keys [..., s, e]
    counted += 4 * tensor(0).numel() * tensor(1).size(-2);
  }
  return nullptr;
}

void end(const at::RecordFunction& function, at::ObserverContext* context) {
  if (context) counted += static_cast<ConvolutionCost*>(context)->each * function.outputs()[0].toTensor().numel();
}

/// Keeps oneDNN from running recurrences and products whole: they run as the operators that are counted.
struct WithoutOneDnn {
  WithoutOneDnn() { at::globalContext().setUserEnabledMkldnn(false); }
  ~WithoutOneDnn() { at::globalContext().setUserEnabledMkldnn(before); }
  bool before = at::globalContext().userEnabledMkldnn();
};

}  // namespace

std::int64_t count_flops(const std::function<void()>& pass) {
  const WithoutOneDnn plain;
  counted = 0;
  const auto handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback(begin, end).needsInputs(true).needsOutputs(true).scopes({at::RecordScope::FUNCTION}));
  struct Removal {
    at::CallbackHandle handle;
    ~Removal() { at::removeCallback(handle); }
  } const removal{handle};
  pass();
  return counted;
}

}  // namespace stormsweep
