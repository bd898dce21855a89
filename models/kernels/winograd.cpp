#include "models/kernels/winograd.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "models/kernels/differentiable_convolution.hpp"
#include "models/kernels/map_slice.hpp"
#include "models/kernels/winograd_kernels.hpp"

namespace stormsweep {

namespace {

constexpr auto points = WinogradKernels::points;
constexpr auto last = torch::MemoryFormat::ChannelsLast;
/// With fewer, the map's transforms cost more than they save: a tenth slower with 4 and 8 (measured).
constexpr std::int64_t least_outputs = 16;

/// Channels as vectors hold them.
std::int64_t rounded(std::int64_t channels) {
  const auto lanes = winograd_kernels()->lanes;
  return (channels + lanes - 1) / lanes * lanes;
}

/// Side of a tile's output.
std::int64_t outputs(std::int64_t kernel) {
  return 7 - kernel;
}

/// How many tiles cover a side, of all phases of the dilation together.
std::int64_t tiles_along(std::int64_t side, std::int64_t dilation, std::int64_t step) {
  std::int64_t count = 0;
  for (std::int64_t phase = 0; phase < std::min(dilation, side); ++phase)
    count += ((side - phase + dilation - 1) / dilation + step - 1) / step;
  return count;
}

std::vector<WinogradTile> tiles_of(const WinogradMap& map, std::int64_t samples) {
  const auto reach = outputs(map.kernel) * map.dilation;
  const auto begins = [&](std::int64_t side) {
    std::vector<std::int64_t> result;
    for (std::int64_t begin = 0; begin < side; begin += reach)
      for (std::int64_t phase = begin; phase < std::min(begin + map.dilation, side); ++phase) result.push_back(phase);
    return result;
  };
  const auto rows = begins(map.out_height), columns = begins(map.out_width);
  std::vector<WinogradTile> tiles;
  for (std::int64_t sample = 0; sample < samples; ++sample)
    for (const auto row : rows)
      for (const auto column : columns) tiles.push_back({sample, row, column});
  return tiles;
}

/// [36, taps of the kernel]: values of the polynomials of a kernel at the points, divided by what the transforms of
/// maps leave out.
torch::Tensor weight_matrix(std::int64_t kernel) {
  auto line = torch::zeros({6, kernel});
  constexpr std::array<double, 5> at{0, 1, -1, 2, -2}, scale{1.0 / 4, -1.0 / 6, -1.0 / 6, 1.0 / 24, 1.0 / 24};
  for (std::int64_t i = 0; i < 5; ++i)
    for (std::int64_t k = 0; k < kernel; ++k)
      line[i][k] = scale[static_cast<std::size_t>(i)] * std::pow(at[static_cast<std::size_t>(i)], k);
  line[5][kernel - 1] = 1;
  return torch::kron(line, line);
}

const torch::Tensor& weight_matrix_of(std::int64_t kernel) {
  static const auto three = weight_matrix(3), five = weight_matrix(5);
  return kernel == 3 ? three : five;
}

/// [rows, ...] of `matrix` [rows, terms] and `from` [terms, ...]. BLAS's bits depend on the number of threads.
torch::Tensor combined(const torch::Tensor& matrix, const torch::Tensor& from) {
  const auto rows = matrix.size(0), terms = matrix.size(1), columns = from.numel() / terms;
  const auto factors = matrix.contiguous(), values = from.contiguous();
  const auto result = torch::empty({rows, columns});
  const auto lanes = winograd_kernels()->lanes;
  at::parallel_for(0, columns / lanes, 64, [&](std::int64_t first, std::int64_t end) {
    winograd_kernels()->combine(factors.data_ptr<float>(), rows, terms, values.data_ptr<float>(), columns,
                                first * lanes, end * lanes, result.data_ptr<float>());
  });
  return result;
}

/// [36, in, out, rounded up] of [out, in, kernel, kernel].
torch::Tensor weights_as_points(const torch::Tensor& weight) {
  const auto out = weight.size(0), in = weight.size(1), kernel = weight.size(2);
  const auto taps = torch::constant_pad_nd(weight.permute({2, 3, 1, 0}), {0, rounded(out) - out});
  return combined(weight_matrix_of(kernel), taps.reshape({kernel * kernel, -1})).view({points, in, rounded(out)});
}

/// Tiles at once: their points should stay in a core's cache, but use the weights often.
std::int64_t block_size(const WinogradMap& map) {
  constexpr std::int64_t floats = 1 << 18;
  return std::clamp<std::int64_t>(floats / (points * (map.in + rounded(map.out))) / 12 * 12, 24, 96);
}

template <class Work>
void for_blocks(const std::vector<WinogradTile>& tiles, std::int64_t block, std::int64_t first, std::int64_t end,
                const Work& work) {
  for (auto i = first; i < end; ++i) {
    const auto begin = i * block;
    work({tiles.data() + begin, std::min(block, static_cast<std::int64_t>(tiles.size()) - begin)});
  }
}

std::vector<float> workspace_of(const WinogradMap& map, std::int64_t block) {
  return std::vector<float>(
      static_cast<std::size_t>(points * (block * (map.in + rounded(map.out)) + 2 * WinogradKernels::spare)));
}

std::int64_t blocks_of(const std::vector<WinogradTile>& tiles, std::int64_t block) {
  return (static_cast<std::int64_t>(tiles.size()) + block - 1) / block;
}

/// `map` itself where it is channels last and its pixels are a constant step apart; else such a copy.
torch::Tensor stepped(const torch::Tensor& map) {
  const auto step = map.stride(3), row = step * map.size(3);
  const bool even = map.stride(1) == 1 && map.stride(2) == row && map.stride(0) == row * map.size(2) && map.size(1) > 1;
  return even ? map : map.contiguous(last);
}

WinogradMap sizes_of(const WinogradConvolution& how, const torch::Tensor& map, const torch::Tensor& weight,
                     const torch::Tensor& result) {
  const auto kernel = weight.size(2), grown = (result.size(2) - map.size(2)) / how.dilation;
  return {.height = map.size(2),
          .width = map.size(3),
          .in = weight.size(1),
          .out_height = result.size(2),
          .out_width = result.size(3),
          .out = weight.size(0),
          .in_step = pixel_step(map),
          .out_step = pixel_step(result),
          .kernel = kernel,
          .margin = (kernel - 1 + grown) / 2,
          .dilation = how.dilation,
          .periodic = how.periodic};
}

void convolve(const WinogradMap& sizes, const torch::Tensor& map, const torch::Tensor& weight,
              const torch::Tensor& bias, const torch::Tensor& result) {
  const auto as_points = weights_as_points(weight);
  const auto tiles = tiles_of(sizes, map.size(0));
  const auto block = block_size(sizes);
  at::parallel_for(0, blocks_of(tiles, block), 1, [&](std::int64_t first, std::int64_t end) {
    auto workspace = workspace_of(sizes, block);
    for_blocks(tiles, block, first, end, [&](WinogradTiles some) {
      winograd_kernels()->convolve(sizes, some, map.data_ptr<float>(), as_points.data_ptr<float>(),
                                   bias.defined() ? bias.data_ptr<float>() : nullptr, workspace.data(),
                                   result.data_ptr<float>());
    });
  });
}

/// By how much the result's sides differ from the map's.
std::int64_t growth(const WinogradConvolution& how, const torch::Tensor& weight) {
  return how.valid ? (1 - weight.size(2)) * how.dilation : 0;
}

torch::Tensor convolved(const WinogradConvolution& how, const torch::Tensor& map, const torch::Tensor& weight,
                        const torch::Tensor& bias, const torch::Tensor& start, std::int64_t growth) {
  const auto input = stepped(map);
  const auto result = start.defined()
                          ? start.clone(last)
                          : torch::empty({map.size(0), weight.size(0), map.size(2) + growth, map.size(3) + growth},
                                         map.options().memory_format(last));
  auto sizes = sizes_of(how, input, weight, result);
  sizes.add = start.defined();
  sizes.negative_slope = static_cast<float>(how.negative_slope);
  convolve(sizes, input, weight, bias, result);
  return result;
}

torch::Tensor turned(const torch::Tensor& weight) {
  return weight.flip({2, 3}).transpose(0, 1);
}

/// See DifferentiableConvolution.
struct WinogradRule {
  WinogradConvolution how;

  double negative_slope() const { return how.negative_slope; }

  torch::Tensor result(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                       const torch::Tensor& start) const {
    return convolved(how, map, weight, bias, start, growth(how, weight));
  }

  ConvolutionGradients gradients(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& result,
                                 const torch::Tensor& of_result, const ConvolutionWants& wants) const {
    WinogradConvolution plain = how;
    plain.negative_slope = 1;
    auto slope = of_result.contiguous(last);
    if (result.defined())
      slope = torch::leaky_relu_backward(slope, result, how.negative_slope, /*self_is_result=*/true);
    ConvolutionGradients made;
    if (wants.map) made.map = convolved(plain, slope, turned(weight), {}, {}, -growth(how, weight));
    if (wants.bias) made.bias = slope.sum({0, 2, 3});
    if (wants.start) made.start = slope;
    made.weight = how.weight_slope(map, weight, slope);
    return made;
  }

  template <class Data>
  void save(Data& data) const {
    data["dilation"] = how.dilation;
    data["periodic"] = how.periodic;
    data["valid"] = how.valid;
    data["negative_slope"] = how.negative_slope;
  }

  template <class Data>
  static WinogradRule load(const Data& data) {
    return {{data.at("dilation").toInt(), data.at("periodic").toBool(), data.at("valid").toBool(),
             data.at("negative_slope").toDouble()}};
  }
};

}  // namespace

bool WinogradConvolution::takes(const torch::Tensor& map, const torch::Tensor& weight) const {
  const auto kernel = weight.size(2);
  if (!map.is_cpu() || map.scalar_type() != torch::kFloat32 || !winograd_kernels()) return false;
  if (kernel != weight.size(3) || (kernel != 3 && kernel != 5) || weight.size(0) < least_outputs) return false;
  const auto height = map.size(2) + growth(*this, weight), width = map.size(3) + growth(*this, weight);
  const auto tiles = tiles_along(height, dilation, outputs(kernel)) * tiles_along(width, dilation, outputs(kernel));
  return 3 * points * tiles < 2 * kernel * kernel * height * width;
}

torch::Tensor WinogradConvolution::forward(const torch::Tensor& map, const torch::Tensor& weight,
                                           const torch::Tensor& bias) const {
  return convolved(*this, map, weight, bias, {}, growth(*this, weight));
}

void WinogradConvolution::add_map_slope(const torch::Tensor& slope, const torch::Tensor& weight,
                                        torch::Tensor map_slope) const {
  const auto input = stepped(slope), backward = turned(weight);
  auto sizes = sizes_of(*this, input, backward, map_slope);
  sizes.add = true;
  convolve(sizes, input, backward, {}, map_slope);
}

// Each thread has some input channels.
torch::Tensor WinogradConvolution::weight_slope(const torch::Tensor& map, const torch::Tensor& weight,
                                                const torch::Tensor& slope) const {
  const auto input = stepped(map), output = stepped(slope);
  const auto sizes = sizes_of(*this, input, weight, output);
  const auto gradient = torch::zeros({points, sizes.in, rounded(sizes.out)});
  const auto tiles = tiles_of(sizes, map.size(0));
  const auto block = block_size(sizes);
  const auto lanes = winograd_kernels()->lanes;
  at::parallel_for(0, (sizes.in + lanes - 1) / lanes, 1, [&](std::int64_t first, std::int64_t end) {
    auto workspace = workspace_of(sizes, block);
    for_blocks(tiles, block, 0, blocks_of(tiles, block), [&](WinogradTiles some) {
      winograd_kernels()->weigh(sizes, some, input.data_ptr<float>(), output.data_ptr<float>(), first * lanes,
                                std::min(end * lanes, sizes.in), workspace.data(), gradient.data_ptr<float>());
    });
  });
  return combined(weight_matrix_of(sizes.kernel).t(), gradient.view({points, -1}))
      .view({sizes.kernel, sizes.kernel, sizes.in, -1})
      .narrow(3, 0, sizes.out)
      .permute({3, 2, 0, 1})
      .contiguous();
}

torch::Tensor WinogradConvolution::operator()(const torch::Tensor& map, const torch::Tensor& weight,
                                              const torch::Tensor& bias, const torch::Tensor& start) const {
  return differentiable(WinogradRule{*this}, map, weight, bias, start);
}

}  // namespace stormsweep
