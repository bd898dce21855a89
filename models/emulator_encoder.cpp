#include "models/emulator_encoder.hpp"

#include <torch/utils.h>

#include <algorithm>

#include "models/first_weights.hpp"
#include "models/kernels/map_slice.hpp"
#include "models/kernels/squeeze_excitation.hpp"

namespace stormsweep {

EmulatorEncoder::EmulatorEncoder(const EmulatorOptions& options, at::Generator& generator)
    : options_(options), generator_(generator) {
  const auto d = options.init_dim, height = options.height, width = options.width;
  const bool unet = options.encoding == EmulatorEncoding::unet;
  first_ = add("first", options.channels, d, height, width);
  second_ = add("second", d, 2 * d, height, width);
  halve_ = add("halve", 2 * d, 2 * d, height / 2, width / 2, 2);
  if (unet) {
    const auto rows = (height / 2 + 1) / 2, columns = (width / 2 + 1) / 2;
    quarter_ = add("quarter", 2 * d, 4 * d, rows, columns, 2);
    deep_ = add("deep", 4 * d, 4 * d, rows, columns);
  }
  last_ = add("last", unet ? 6 * d : 2 * d, 4 * d, height / 2, width / 2);
  const auto squeezed = std::max<std::int64_t>(1, d / 4);
  squeeze_ = register_module("squeeze", make_linear(4 * d, squeezed, generator));
  excite_ = register_module("excite", make_linear(squeezed, 4 * d, generator));
  flops_ += 16 * d * squeezed;  // two products of 4 d by squeezed
}

/// `height` and `width` of what it makes.
EmulatorEncoder::Layer EmulatorEncoder::add(const std::string& name, std::int64_t in, std::int64_t out,
                                            std::int64_t height, std::int64_t width, std::int64_t stride) {
  const ConvolutionSizes sizes{.in = in, .out = out, .kernel = 3, .stride = stride, .normalised = true};
  flops_ += 18 * in * out * height * width;
  return register_module(name,
                         std::make_shared<MapConvolution>(sizes, Longitude::open, options_.product_type, generator_));
}

torch::Tensor EmulatorEncoder::deeper(const torch::Tensor& half) {
  const auto low = deep_->rectified(quarter_->rectified(half));
  const auto up = torch::upsample_nearest2d(low, {2 * low.size(2), 2 * low.size(3)});
  return torch::cat({half, cut(up, 0, 0, half.size(2), half.size(3))}, 1);
}

torch::Tensor EmulatorEncoder::forward(const torch::Tensor& maps) {
  auto map = maps.contiguous(torch::MemoryFormat::ChannelsLast);
  for (const auto& layer : {first_, second_, halve_}) map = layer->rectified(map);
  if (quarter_) map = deeper(map);
  map = last_->rectified(map);
  return squeeze_and_excite(map, squeeze_, excite_).permute({0, 2, 3, 1}).flatten(1);
}

}  // namespace stormsweep
