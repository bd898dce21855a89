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
constexpr int first_tries = 6, later_tries = 2, in_a_row_gpu = 16;

double measure(const torch::Device& device, torch::ScalarType type, int tries) {
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
  for (int i = 1; i < tries; ++i) best = std::min(best, once());
  return 2.0 * static_cast<double>(samples * side * side * kernel * kernel * channels * channels) / best;
}

}  // namespace

double convolution_peak(const torch::Device& device, torch::ScalarType type) {
  // Networks compute in float32 then.
  if (device.is_cpu() && type == torch::kBFloat16 && !gains_from_bfloat16()) type = torch::kFloat32;
  if (device.is_cpu() && type == torch::kFloat16) return 0;
  static std::map<std::tuple<std::string, torch::ScalarType, bool>, double> known;
  double& best = known[{device.str(), type, at::globalContext().allowTF32CuDNN()}];
  if (best > 0 && !device.is_cpu()) return best;
  try {
    best = std::max(best, measure(device, type, best > 0 ? later_tries : first_tries));
  } catch (const std::exception&) {  // there may be no room for its tensors beside others
  }
  return best;
}

}  // namespace stormsweep
