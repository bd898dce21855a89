#include "worker/training/convolution_peak.hpp"

#include <ATen/Context.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <string>
#include <tuple>

#include "search/base/processor.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t channels = 128, side = 64, kernel = 3;
constexpr int repetitions = 5, in_a_row_gpu = 16;

double measure(const torch::Device& device, torch::ScalarType type) {
  using Clock = std::chrono::steady_clock;
  const torch::NoGradGuard no_gradient;
  const std::int64_t samples = device.is_cpu() ? 1 : 64;  // enough to fill a GPU
  const int in_a_row = device.is_cpu() ? 1 : in_a_row_gpu;
  const auto options = torch::TensorOptions(device).dtype(type);
  const auto channels_last = torch::MemoryFormat::ChannelsLast;
  const auto input = torch::ones({samples, channels, side, side}, options).contiguous(channels_last);
  const auto weight = torch::ones({channels, channels, kernel, kernel}, options).contiguous(channels_last);
  const auto once = [&] {
    const auto start = Clock::now();
    torch::Tensor result;
    for (int i = 0; i < in_a_row; ++i) result = torch::conv2d(input, weight, {}, 1, kernel / 2);
    result[0][0][0][0].item<float>();  // waits for the device
    return Seconds(Clock::now() - start).count() / in_a_row;
  };
  double best = once();
  for (int i = 0; i < repetitions; ++i) best = std::min(best, once());
  return 2.0 * static_cast<double>(samples * side * side * kernel * kernel * channels * channels) / best;
}

}  // namespace

double convolution_peak(const torch::Device& device, torch::ScalarType type) {
  // Networks compute in float32 then.
  if (device.is_cpu() && type == torch::kBFloat16 && !gains_from_bfloat16()) type = torch::kFloat32;
  static std::map<std::tuple<std::string, torch::ScalarType, bool>, double> known;
  const auto [found, fresh] = known.try_emplace({device.str(), type, at::globalContext().allowTF32CuDNN()}, 0);
  if (!fresh || (device.is_cpu() && type == torch::kFloat16)) return found->second;
  try {
    return found->second = measure(device, type);
  } catch (const std::exception&) {  // there may be no room for its tensors beside others
    known.erase(found);
    return 0;
  }
}

}  // namespace stormsweep
