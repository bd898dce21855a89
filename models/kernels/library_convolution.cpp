#include "models/kernels/library_convolution.hpp"

#include <ATen/Context.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <tuple>
#include <vector>

#include "models/kernels/sparse_activation.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t channels_at_once = 64;  // of tensor cores, as cuDNN's kernels use them
constexpr std::int64_t most_in_a_block = 4;    // beyond, the wider kernel's zeros cost more than is gained

constexpr auto last = torch::MemoryFormat::ChannelsLast;

/// [block out, in, k, k + block - 1] of [out, in, k, k]: those of pixel b begin b columns later.
torch::Tensor blocked(const torch::Tensor& weight, std::int64_t block) {
  std::vector<torch::Tensor> pixels;
  for (std::int64_t b = 0; b < block; ++b) pixels.push_back(torch::constant_pad_nd(weight, {b, block - 1 - b}));
  return torch::cat(pixels).contiguous(last);
}

/// `map` [n, c, h, w], channels last, whose memory is seen as that of [n, channels, h, c w / channels].
torch::Tensor regrouped(const torch::Tensor& map, std::int64_t channels) {
  const auto pixels = map.contiguous(last).permute({0, 2, 3, 1});
  return pixels.reshape({map.size(0), map.size(2), -1, channels}).permute({0, 3, 1, 2});
}

struct Blocks : torch::autograd::Function<Blocks> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                               const torch::Tensor& weight, std::int64_t block, std::int64_t rows,
                               std::int64_t columns) {
    context->save_for_backward({map, weight});
    context->saved_data["block"] = block;
    context->saved_data["wants_map"] = map.requires_grad();
    context->saved_data["padding"] = std::vector<std::int64_t>{rows, columns};
    const auto blocks = torch::conv2d(map, blocked(weight, block), {}, {1, block}, {rows, columns});
    return regrouped(blocks, weight.size(0)).detach();  // what follows may overwrite it
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    const auto saved = context->get_saved_variables();
    const auto &map = saved[0], &weight = saved[1];
    const auto block = context->saved_data["block"].toInt(), out = weight.size(0), kernel = weight.size(3);
    const auto padding = context->saved_data["padding"].toIntVector();
    const auto slope = slopes[0].contiguous(last);
    torch::Tensor of_map;
    // The map has channels enough, so its gradient is made without blocks.
    if (context->saved_data["wants_map"].toBool())
      of_map = std::get<0>(torch::convolution_backward(slope, map, weight, {}, {1, 1}, padding, {1, 1}, false, {0, 0},
                                                       1, {true, false, false}));
    const auto of_blocks =
        torch::convolution_backward(regrouped(slope, block * out), map, blocked(weight, block), {}, {1, block}, padding,
                                    {1, 1}, false, {0, 0}, 1, {false, true, false});
    auto of_weight = torch::zeros_like(weight);
    for (std::int64_t b = 0; b < block; ++b)
      of_weight += std::get<1>(of_blocks).narrow(0, b * out, out).narrow(3, b, kernel);
    return {of_map, of_weight, {}, {}, {}};
  }
};

/// How many pixels to make at once; 1 where there is nothing to be gained.
std::int64_t block_for(const torch::Tensor& map, const torch::Tensor& weight, const LibraryConvolution& how) {
  const auto type = map.scalar_type();
  const bool tensor_cores = type == torch::kBFloat16 || type == torch::kFloat16 ||
                            (type == torch::kFloat32 && at::globalContext().allowTF32CuDNN());
  if (!map.is_cuda() || !tensor_cores || how.stride != 1 || how.dilation != 1) return 1;
  const auto width = map.size(3) + 2 * how.padding[1] - weight.size(3) + 1;
  std::int64_t block = 1;
  while (2 * block <= most_in_a_block && 2 * block * weight.size(0) <= channels_at_once && width % (2 * block) == 0)
    block *= 2;
  return block;
}

}  // namespace

torch::Tensor convolution_by_blocks(const torch::Tensor& map, const torch::Tensor& weight, std::int64_t block,
                                    std::array<std::int64_t, 2> padding) {
  return Blocks::apply(map.contiguous(last), weight, block, padding[0], padding[1]);
}

torch::Tensor library_convolution(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                                  const LibraryConvolution& how) {
  if (!map.is_cuda()) return torch::conv2d(map, weight, bias, how.stride, how.padding, how.dilation);
  const auto block = block_for(map, weight, how);
  return biased(block > 1 ? convolution_by_blocks(map, weight, block, how.padding)
                          : torch::conv2d(map, weight, {}, how.stride, how.padding, how.dilation),
                bias);
}

}  // namespace stormsweep
