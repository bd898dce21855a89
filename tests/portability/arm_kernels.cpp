// Prints what the hand-written kernels of one kind of processor compute from synthetic numbers, a line for each: the
// sum of the values, that of their magnitudes, and that of the values times a wave, which would reveal an exchange of
// two of them.
#include <cmath>
#include <cstdio>
#include <vector>

#include "models/kernels/direct_kernels.hpp"
#include "models/kernels/tornado_kernels.hpp"
#include "models/kernels/winograd_kernels.hpp"

namespace stormsweep {
extern const DirectKernels KERNELS(direct_kernels);
extern const TornadoKernels KERNELS(tornado_kernels);
extern const WinogradKernels KERNELS(winograd_kernels);
}  // namespace stormsweep

using namespace stormsweep;

namespace {

std::vector<float> numbers(std::size_t count, float step) {
  std::vector<float> result(count);
  for (std::size_t i = 0; i < count; ++i) result[i] = std::sin(step * static_cast<float>(i));
  return result;
}

void tell(const char* name, const std::vector<float>& values) {
  double sum = 0, size = 0, wave = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += values[i];
    size += std::abs(values[i]);
    wave += values[i] * std::cos(0.37 * static_cast<double>(i));
  }
  std::printf("%s %.6g %.6g %.6g\n", name, sum, size, wave);
}

/// One output channel: every processor has blocks of one.
void direct(std::int64_t kernel) {
  const auto& kernels = KERNELS(direct_kernels);
  const DirectSizes sizes{kernel, 3, 1, 9, 41};
  const std::int64_t height = sizes.height + kernel - 1, width = sizes.width + kernel - 1;
  auto map = numbers(static_cast<std::size_t>(3 * height * width), 0.7F);
  const auto weights = numbers(static_cast<std::size_t>(3 * kernel * kernel), 1.3F);
  std::vector<float> result(static_cast<std::size_t>(sizes.height * sizes.width)), gradient(weights.size());
  const float bias = 0.1F;
  const Planes from{map.data(), height * width, width}, to{result.data(), sizes.height * sizes.width, sizes.width};
  kernels.convolve(sizes, from, weights.data(), {&bias, {}}, 0.2F, to);
  tell("direct", result);
  kernels.convolve(sizes, from, weights.data(), {}, 1, to);
  tell("added", result);
  std::vector<float> workspace(static_cast<std::size_t>(kernels.workspace(sizes)));
  kernels.weigh(sizes, from, to, workspace.data(), gradient.data());
  tell("weights", gradient);
}

/// 16 output channels, which fill whole vectors on every processor.
void winograd(std::int64_t kernel, std::int64_t dilation) {
  const auto& kernels = KERNELS(winograd_kernels);
  const WinogradMap map{13, 18, 5, 13, 18, 16, 5, 16, kernel, kernel / 2, dilation, true};
  const auto pixels = numbers(13 * 18 * 5, 0.9F), weights = numbers(36 * 5 * 16, 0.3F);
  const std::vector<WinogradTile> tiles{{0, 0, 0}, {0, 4, 4}, {0, 9, 14}};
  std::vector<float> workspace(36 * (3 * (5 + 16) + 2 * WinogradKernels::spare)), result(13 * 18 * 16),
      gradient(36 * 5 * 16);
  kernels.convolve(map, {tiles.data(), 3}, pixels.data(), weights.data(), nullptr, workspace.data(), result.data());
  tell("winograd", result);
  kernels.weigh(map, {tiles.data(), 3}, pixels.data(), result.data(), 0, 5, workspace.data(), gradient.data());
  tell("points", gradient);
}

void tornado(bool pool_last) {
  const auto& kernels = KERNELS(tornado_kernels);
  const auto patches = numbers(3 * 32 * 32 * 3, 0.11F), w = numbers(20000, 0.77F);
  const TornadoWeights weights{
      {&w[0], &w[600], &w[3800]}, {nullptr, &w[1], &w[2]}, {&w[0], &w[8], &w[24]}, &w[100], 0.5F};
  std::vector<float> logits(3), losses(3), workspace(kernels.workspace), gradients(18705);
  const std::vector<float> targets{1, 0, 1};
  float* g = gradients.data();
  const TornadoSamples samples{patches.data(), {}, targets.data(), 2, pool_last, logits.data(), losses.data()};
  kernels.learn(weights, samples, 0, 3, workspace.data(),
                {{g, g + 608, g + 3824}, {g + 600, g + 3808, g + 16624}, g + 16656, g + 18704});
  tell("tornado", gradients);
  tell("losses", losses);
}

}  // namespace

int main() {
  for (const std::int64_t kernel : {2, 3, 4, 5, 7}) direct(kernel);
  for (const std::int64_t kernel : {3, 5})
    for (const std::int64_t dilation : {1, 2}) winograd(kernel, dilation);
  for (const bool pool_last : {false, true}) tornado(pool_last);
}
