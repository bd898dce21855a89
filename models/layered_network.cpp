#include "models/layered_network.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace stormsweep {

namespace {

std::int64_t scaled(double share, std::int64_t published) {
  return std::max<std::int64_t>(1, std::llround(share * static_cast<double>(published)));
}

}  // namespace

LayeredNetwork::LayeredNetwork(const SegmentationNetworkOptions& options, std::uint64_t seed)
    : options_(options), generator_(at::detail::createCPUGenerator(seed)) {}

LayeredNetwork::Layer LayeredNetwork::add(const std::string& name, ConvolutionSizes sizes, std::int64_t divisor) {
  sizes.normalised = sizes.normalised && options_.batch_norm;
  auto layer = std::make_shared<MapConvolution>(sizes, options_.longitude, options_.convolution_type, generator_);
  counted_.push_back({register_module(name, layer), divisor});
  return layer;
}

std::int64_t LayeredNetwork::channels(std::int64_t published) const {
  return scaled(options_.width, published);
}

std::int64_t LayeredNetwork::layers(std::int64_t published) const {
  return scaled(options_.depth, published);
}

torch::Tensor LayeredNetwork::checked(const torch::Tensor& input) const {
  for (const std::int64_t side : {input.size(2), input.size(3)})
    if (side % side_step() != 0 || side == 0)
      throw std::invalid_argument("the network takes maps whose sides are multiples of " + std::to_string(side_step()) +
                                  " pixels, not " + std::to_string(input.size(2)) + " x " +
                                  std::to_string(input.size(3)));
  return input.contiguous(torch::MemoryFormat::ChannelsLast);
}

std::vector<LayerFlops> LayeredNetwork::forward_flops(std::int64_t height, std::int64_t width) const {
  std::vector<LayerFlops> flops;
  for (const auto& [layer, divisor] : counted_) {
    const auto& sizes = layer->sizes();
    const auto pixels = divisor == one_pixel ? 1 : (height / divisor) * (width / divisor);
    auto same = std::find_if(flops.begin(), flops.end(), [&](const auto& one) { return one.kind == layer->kind(); });
    if (same == flops.end()) same = flops.insert(flops.end(), {.kind = layer->kind()});
    same->forward += 2 * pixels * sizes.in * sizes.out * sizes.kernel * sizes.kernel;
  }
  return flops;
}

}  // namespace stormsweep
