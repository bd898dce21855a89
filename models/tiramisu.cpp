#include "models/tiramisu.hpp"

#include <string>

#include "models/kernels/dense_block.hpp"
#include "models/kernels/map_slice.hpp"

namespace stormsweep {

namespace {

constexpr std::array<std::int64_t, 5> down_layers{2, 2, 2, 4, 5};
constexpr std::array<std::int64_t, 4> up_layers{4, 2, 2, 2};
constexpr std::int64_t first_channels = 64, growth = 32;

}  // namespace

Tiramisu::Tiramisu(const SegmentationNetworkOptions& options, std::uint64_t seed) : LayeredNetwork(options, seed) {
  const auto added = [&](std::size_t count) { return static_cast<std::int64_t>(count) * channels(growth); };
  auto width = channels(first_channels);
  first_ = add("first", {.in = options_.channels, .out = width, .kernel = 5, .normalised = true}, 1);
  std::array<std::int64_t, 4> skips{};
  for (std::size_t i = 0; i < 5; ++i) {
    const auto number = std::to_string(i + 1);
    const std::int64_t divisor = 1 << i;
    down_blocks_[i] = add_block("down_block" + number, width, down_layers[i], divisor);
    width += added(down_blocks_[i].size());
    if (i == 4) break;
    skips[i] = width;
    down_[i] =
        add("down" + number, {.in = width, .out = width, .kernel = 1, .stride = 2, .normalised = true}, 2 * divisor);
  }
  width = added(down_blocks_[4].size());
  for (std::size_t i = 0; i < 4; ++i) {
    const auto number = std::to_string(i + 1);
    const std::int64_t divisor = 8 >> i;
    up_[i] = add("up" + number, {.in = width, .out = width, .kernel = 3, .stride = 2, .transposed = true}, 2 * divisor);
    up_blocks_[i] = add_block("up_block" + number, width + skips[3 - i], up_layers[i], divisor);
    if (i == 3) break;
    width = added(up_blocks_[i].size());
  }
  last_ = add("last", {.in = width + skips[0] + added(up_blocks_[3].size()), .out = options_.classes, .kernel = 1}, 1);
}

Tiramisu::Block Tiramisu::add_block(const std::string& name, std::int64_t in, std::int64_t count,
                                    std::int64_t divisor) {
  Block block;
  for (std::int64_t i = 0; i < layers(count); ++i) {
    const ConvolutionSizes sizes{.in = in, .out = channels(growth), .kernel = 5, .normalised = true};
    block.push_back(add(name + "_" + std::to_string(i + 1), sizes, divisor));
    in += sizes.out;
  }
  return block;
}

torch::Tensor Tiramisu::activated(const Layer& layer, const torch::Tensor& map) {
  return layer->activated(map, is_training() ? options_.dropout : 0);
}

/// `map`, and what the layers of the block add to it, behind it.
torch::Tensor Tiramisu::dense(const Block& block, torch::Tensor map) {
  if (!options_.batch_norm && options_.convolution_type == torch::kFloat32) {
    DenseBlock together{.dropout = is_training() ? options_.dropout : 0,
                        .periodic = options_.longitude == Longitude::periodic};
    for (const auto& layer : block) {
      together.weights.push_back(layer->weight());
      together.biases.push_back(layer->bias());
    }
    if (together.takes(map)) return together(map);
  }
  for (const auto& layer : block) map = torch::cat({map, activated(layer, map)}, 1);
  return map;
}

torch::Tensor Tiramisu::forward(const torch::Tensor& input) {
  auto map = activated(first_, checked(input));
  std::array<torch::Tensor, 4> skips;
  for (std::size_t i = 0; i < 4; ++i) {
    skips[i] = dense(down_blocks_[i], map);
    map = activated(down_[i], skips[i]);
  }
  auto channels_before = map.size(1);
  map = dense(down_blocks_[4], map);
  for (std::size_t i = 0; i < 4; ++i) {
    map = torch::cat({up_[i]->forward(map_slice(map, 1, channels_before)), skips[3 - i]}, 1);
    channels_before = map.size(1);
    map = dense(up_blocks_[i], map);
  }
  return last_->forward(map).to(torch::kFloat32);
}

}  // namespace stormsweep
