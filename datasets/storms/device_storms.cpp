#include "datasets/storms/device_storms.hpp"

#include <torch/utils.h>

#include <cmath>
#include <map>
#include <mutex>

#include "datasets/upload.hpp"

namespace stormsweep {

namespace {

constexpr double most_of_memory = 0.25;  // of the device's, for all splits of all sharers together
constexpr float centre = (storm_side - 1) / 2.0f;

/// For each sample: cosine and sine of the angle, shift in x and y, first and end of the crop.
constexpr std::int64_t transform_numbers = 6;

double size(const Storms& storms) {
  return static_cast<double>(storms.patches().size_bytes());
}

/// [n, 3, 32, 32] of `patches` [n, 3, 32, 32]: what storm_augmentation.cpp does, sample by sample, for all at once.
torch::Tensor transformed(const torch::Tensor& patches, const torch::Tensor& drawn, WindRotation winds,
                          const torch::Tensor& fill) {
  const auto n = patches.size(0);
  const auto number = [&](std::int64_t i) { return drawn.select(0, i).view({n, 1, 1}); };
  const auto points = torch::arange(storm_side, patches.options());
  const auto column = points.view({1, 1, storm_side}), line = points.view({1, storm_side, 1});
  const auto x = column - centre - number(2), y = line - centre - number(3);
  const auto from_x = number(0) * x + number(1) * y + centre, from_y = number(0) * y - number(1) * x + centre;
  constexpr float last = storm_side - 1;
  const auto inside = (from_x >= 0) & (from_x <= last) & (from_y >= 0) & (from_y <= last);
  const auto kept = (column >= number(4)) & (column < number(5)) & (line >= number(4)) & (line < number(5));
  constexpr std::int64_t bilinear = 0, border = 1;
  const auto grid = torch::stack({from_x, from_y}, 3).mul_(2 / last).sub_(1);
  auto result = torch::grid_sampler(patches, grid, bilinear, border, /*align_corners=*/true);
  if (winds == WindRotation::vectors) {
    const auto u = result.select(1, 1).clone();
    auto east = result.select(1, 1), north = result.select(1, 2);
    east.mul_(number(0)).sub_(north * number(1));
    north.mul_(number(0)).add_(u * number(1));
  }
  return torch::where((inside & kept).unsqueeze(1), result, fill);
}

}  // namespace

DeviceStorms::DeviceStorms(const Storms& storms, const torch::Device& device)
    : patches_(torch::from_blob(const_cast<float*>(storms.patches().data()),
                                {storms.size(), storm_side, storm_side, storm_channels})
                   .to(device, torch::kFloat32, /*non_blocking=*/false, /*copy=*/true)),
      vorticity_max_(storms.vorticity_max().begin(), storms.vorticity_max().end()),
      vorticity_mean_(storms.vorticity_mean().begin(), storms.vorticity_mean().end()) {}

Batch DeviceStorms::gather(std::span<const StormSample> samples, const StormBatching& batching) const {
  const torch::NoGradGuard no_gradient;
  const auto n = std::ssize(samples);
  Batch here{torch::empty({n}, torch::kInt64), torch::empty({batching.transform ? 1 + transform_numbers : 1, n})};
  auto* index = here.input.data_ptr<std::int64_t>();
  auto* values = here.target.data_ptr<float>();
  for (std::int64_t i = 0; i < n; ++i) {
    const StormSample& sample = samples[static_cast<std::size_t>(i)];
    index[i] = sample.storm;
    const auto storm = static_cast<std::size_t>(sample.storm);
    values[i] = positive(batching.label, vorticity_max_[storm], vorticity_mean_[storm]) ? 1.0f : 0.0f;
    if (!batching.transform) continue;
    const auto transform = StormTransform::draw(sample.transform_seed);
    const auto first = (storm_side - transform.crop) / 2;
    const double drawn[transform_numbers] = {std::cos(transform.angle),  std::sin(transform.angle),
                                             transform.shift_x,          transform.shift_y,
                                             static_cast<double>(first), static_cast<double>(first + transform.crop)};
    for (std::int64_t k = 0; k < transform_numbers; ++k) values[(k + 1) * n + i] = static_cast<float>(drawn[k]);
  }
  const Batch there = uploaded(std::move(here), patches_.device());
  const auto& statistics = batching.statistics;
  const auto channel =
      [&](const std::array<float, storm_channels>& of) {  // without a copy, which would wait for training
        const auto one = [&](std::size_t c) { return torch::full({1, 1, 1, 1}, of[c], patches_.options()); };
        return torch::cat({one(0), one(1), one(2)}, 1);
      };
  const auto mean = channel(statistics.mean), scale = 1 / channel(statistics.deviation);
  auto patches = patches_.index_select(0, there.input).permute({0, 3, 1, 2});
  if (batching.transform)
    patches = transformed(patches, there.target.narrow(0, 1, transform_numbers), *batching.transform, mean);
  return {torch::addcmul(-mean * scale, patches, scale).contiguous(torch::MemoryFormat::ChannelsLast),
          there.target[0].unsqueeze(1), n};
}

std::shared_ptr<const DeviceStorms> storms_on(const torch::Device& device, int sharers, const Storms& storms,
                                              const std::string& key) {
  if (device.is_cpu()) return nullptr;
  const double most = most_of_memory * memory_of(device) / sharers;
  if (size(storms) > most) return nullptr;
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const DeviceStorms>> kept;
  const std::lock_guard lock(mutex);
  if (const auto found = kept.find(key); found != kept.end()) return found->second;
  double bytes = size(storms);
  for (const auto& [name, one] : kept) bytes += one->bytes();
  if (bytes > most) kept.clear();  // a training keeps what it still uses
  return kept.emplace(key, std::make_shared<DeviceStorms>(storms, device)).first->second;
}

}  // namespace stormsweep
