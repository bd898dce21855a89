#include "models/deeplab.hpp"

#include <stdexcept>

#include "models/kernels/map_slice.hpp"
#include "models/kernels/rectified_norm.hpp"

namespace stormsweep {

namespace {

constexpr std::array<std::int64_t, 4> block_channels{64, 128, 256, 512}, block_units{3, 4, 6, 3};
constexpr std::array<std::int64_t, 4> block_dilations{1, 1, 2, 4};
constexpr std::int64_t expansion = 4, root_channels = 64, map_channels = 256, low_level_channels = 48;

}  // namespace

Deeplab::Deeplab(const SegmentationNetworkOptions& options, std::uint64_t seed) : LayeredNetwork(options, seed) {
  add_encoder();
  add_pyramid(channels(expansion * block_channels[3]));
  add_decoder();
}

/// No bias, batch norm behind; without batch norm, half the weights.
ConvolutionSizes Deeplab::normalised(ConvolutionSizes sizes) const {
  sizes.bias = false;
  sizes.normalised = true;
  if (!options_.batch_norm) sizes.gain /= 2;
  return sizes;
}

torch::nn::BatchNorm2d Deeplab::add_norm(const std::string& name, std::int64_t size) {
  if (!options_.batch_norm) return nullptr;
  return register_module(name, torch::nn::BatchNorm2d(size));
}

Deeplab::Bottleneck Deeplab::add_bottleneck(const std::string& name, std::int64_t in, std::int64_t middle,
                                            std::int64_t stride, std::int64_t dilation, std::int64_t divisor) {
  const auto out = channels(expansion * middle);
  const auto width = channels(middle);
  const double gain = options_.batch_norm ? 1 : 0.5;  // of the norm before the two that see the maps themselves
  Bottleneck unit;
  unit.norm = add_norm(name + "_norm", in);
  if (in != out)
    unit.projection = add(name + "_projection", {.in = in, .out = out, .kernel = 1, .stride = stride, .gain = gain},
                          divisor * stride);
  unit.reduce = add(name + "_reduce", normalised({.in = in, .out = width, .kernel = 1, .gain = gain}), divisor);
  unit.middle = add(name + "_middle",
                    normalised({.in = width, .out = width, .kernel = 3, .stride = stride, .dilation = dilation}),
                    divisor * stride);
  unit.expand = add(name + "_expand", {.in = width, .out = out, .kernel = 1}, divisor * stride);
  return unit;
}

void Deeplab::add_encoder() {
  auto width = channels(root_channels);
  root_ = add("root", {.in = options_.channels, .out = width, .kernel = 7, .stride = 2}, 2);
  std::int64_t divisor = 4;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto units = layers(block_units[i]);
    for (std::int64_t k = 0; k < units; ++k) {
      const std::int64_t stride = i == 0 && k + 1 == units ? 2 : 1;
      const auto name = "block" + std::to_string(i + 1) + "_" + std::to_string(k + 1);
      blocks_[i].push_back(add_bottleneck(name, width, block_channels[i], stride, block_dilations[i], divisor));
      width = channels(expansion * block_channels[i]);
      divisor *= stride;
    }
  }
  post_norm_ = add_norm("post_norm", width);
}

void Deeplab::add_pyramid(std::int64_t in) {
  const auto width = channels(map_channels);
  for (const std::int64_t rate : {1, 12, 24, 36})
    rates_.push_back(add("rate" + std::to_string(rate),
                         normalised({.in = in, .out = width, .kernel = rate == 1 ? 1 : 3, .dilation = rate}), 8));
  pool_mean_ = add("mean", normalised({.in = in, .out = width, .kernel = 1}), one_pixel);
  fuse_ = add("fuse", normalised({.in = 5 * width, .out = width, .kernel = 1}), 8);
}

void Deeplab::add_decoder() {
  const auto width = channels(map_channels), low_level = channels(low_level_channels);
  const std::array<std::int64_t, 3> skip{options_.channels, channels(64), channels(128)};
  low_level_ = add("low_level", normalised({.in = channels(block_channels[0]), .out = low_level, .kernel = 1}), 4);
  for (std::size_t i = 0; i < 3; ++i)
    up_[i] = add("up" + std::to_string(i + 1),
                 {.in = width, .out = width, .kernel = 3, .stride = 2, .transposed = true}, 8 >> i);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto number = std::to_string(i + 1);
    const auto wide = [&](std::int64_t beside) { return i == 0 ? width + beside : width; };
    coarse_[i] = add("coarse" + number, normalised({.in = wide(low_level), .out = width, .kernel = 3}), 4);
    skip_[i] = add("skip" + number, {.in = skip[i], .out = skip[i + 1], .kernel = 3}, 1);
    fine_[i] = add("fine" + number, {.in = wide(skip[2]), .out = width, .kernel = 3}, 1);
  }
  last_ = add("last", {.in = width, .out = options_.classes, .kernel = 1}, 1);
}

Deeplab::Encoded Deeplab::encode(const torch::Tensor& input) {
  Encoded result;
  auto& map = result.map = pooled(root_->forward(input), options_.longitude);
  for (auto& block : blocks_)
    for (auto& unit : block) {
      const bool strided = unit.middle->sizes().stride == 2;
      const auto active = unit.norm ? rectified_norm(unit.norm, map) : map.relu();
      auto shortcut = map;
      if (unit.projection)
        shortcut = unit.projection->forward(active);
      else if (strided)
        shortcut = thinned(map, 2);
      const auto reduced = unit.reduce->rectified(active);
      if (strided) result.low_level = reduced;
      map = unit.expand->forward(unit.middle->rectified(reduced)) + shortcut;
    }
  return result;
}

torch::Tensor Deeplab::pyramid(const torch::Tensor& map) {
  std::vector<torch::Tensor> parts;
  for (const auto& layer : rates_) parts.push_back(layer->rectified(map));
  // Permuted, so that the means and their gradient are channels last, like all maps around them.
  const auto means = map.permute({0, 2, 3, 1}).mean({1, 2}, /*keepdim=*/true).permute({0, 3, 1, 2});
  const auto mean = pool_mean_->rectified(means);
  parts.push_back(mean.expand_as(parts[0]).contiguous(torch::MemoryFormat::ChannelsLast));
  return fuse_->rectified(torch::cat(parts, 1));
}

torch::Tensor Deeplab::decode(const Encoded& encoded, const torch::Tensor& input) {
  auto map = torch::cat({up_[0]->forward(encoded.map), low_level_->rectified(encoded.low_level)}, 1);
  for (const auto& layer : coarse_) map = layer->rectified(map);
  map = up_[2]->forward(up_[1]->forward(map));
  map = torch::cat({map, skip_[1]->forward(skip_[0]->forward(input))}, 1);
  for (const auto& layer : fine_) map = layer->forward(map);
  return last_->forward(map).to(torch::kFloat32);
}

torch::Tensor Deeplab::forward(const torch::Tensor& input) {
  if (is_training() && options_.batch_norm && input.size(0) < 2)
    throw std::invalid_argument("deeplabv3plus with batch norm trains on 2 samples or more at once, not " +
                                std::to_string(input.size(0)) +
                                "; ask for batch_size 2 or more a rank, or batch_norm off");
  const auto maps = checked(input);
  auto encoded = encode(maps);
  encoded.map = pyramid(encoded.map);
  return decode(encoded, maps);
}

}  // namespace stormsweep
