#include "models/kernels/bfloat16_convolution.hpp"

#include <ATen/Parallel.h>
#include <torch/utils.h>

#include <algorithm>
#include <vector>

#include "models/kernels/bfloat16_kernels.hpp"
#include "models/kernels/differentiable_convolution.hpp"
#include "models/kernels/map_slice.hpp"
#include "models/kernels/ordered_sum.hpp"

namespace stormsweep {

namespace {

constexpr auto channels_last = torch::MemoryFormat::ChannelsLast;
constexpr std::int64_t half_block = Bfloat16Sizes::block / 2;

std::int64_t rounded(std::int64_t number, std::int64_t step) {
  return (number + step - 1) / step * step;
}

const std::uint16_t* numbers(const torch::Tensor& tensor) {
  return tensor.defined() ? reinterpret_cast<const std::uint16_t*>(tensor.data_ptr<at::BFloat16>()) : nullptr;
}

std::uint16_t* written(const torch::Tensor& tensor) {
  return reinterpret_cast<std::uint16_t*>(tensor.data_ptr<at::BFloat16>());
}

/// A map [n, channels, height, width] as the kernels read it, with its slack behind it.
struct Bfloat16Map {
  torch::Tensor view;
  std::int64_t sample() const { return view.numel() / view.size(0); }
  const std::uint16_t* at(std::int64_t number) const { return numbers(view) + number * sample(); }
};

std::int64_t slack_of(std::int64_t channels) {
  return Bfloat16Sizes{.channels = channels}.slack();
}

/// Uninitialised, but for its slack of zeros.
Bfloat16Map empty_map(std::int64_t n, std::int64_t channels, std::int64_t height, std::int64_t width) {
  const auto size = n * height * width * channels;
  const auto memory = torch::empty({size + slack_of(channels)}, torch::kBFloat16);
  std::fill_n(written(memory) + size, slack_of(channels), std::uint16_t{0});
  // Not a view of it: autograd would let nobody overwrite that.
  return {torch::empty({0}, torch::kBFloat16)
              .set_(memory.storage(), 0, {n, channels, height, width},
                    {height * width * channels, 1, width * channels, channels})};
}

/// Whether it was made by empty_map.
bool has_slack(const torch::Tensor& map) {
  const auto whole = static_cast<std::size_t>(map.numel() + slack_of(map.size(1))) * sizeof(std::uint16_t);
  return map.is_contiguous(channels_last) && map.storage_offset() == 0 && map.storage().nbytes() == whole;
}

/// `map` itself where channels, and the pixels of a row, lie side by side; else such a copy.
torch::Tensor rows_of(const torch::Tensor& map) {
  const bool together = map.stride(1) == 1 && map.stride(3) == map.size(1);
  return together ? map : map.contiguous(channels_last);
}

/// Such a map of [n, channels, height, width], with `margin` pixels of zeros around it. Calls write(sample, row, where
/// the row begins).
template <class Write>
Bfloat16Map framed(torch::IntArrayRef sizes, std::int64_t margin, const Write& write) {
  const auto channels = sizes[1], height = sizes[2], rows = height + 2 * margin, width = sizes[3] + 2 * margin;
  auto result = empty_map(sizes[0], channels, rows, width);
  const auto pitch = width * channels, beside = margin * channels;
  at::parallel_for(0, sizes[0] * rows, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) {
      auto* row = written(result.view) + i * pitch;
      if (const auto y = i % rows - margin; y < 0 || y >= height) {
        std::fill_n(row, pitch, std::uint16_t{0});
      } else {
        std::fill_n(row, beside, std::uint16_t{0});
        write(i / rows, y, row + beside);
        std::fill_n(row + pitch - beside, beside, std::uint16_t{0});
      }
    }
  });
  return result;
}

Bfloat16Map with_slack(const torch::Tensor& map) {
  if (has_slack(map)) return {map};
  const auto from = rows_of(map);
  return framed(map.sizes(), 0, [&](std::int64_t sample, std::int64_t row, std::uint16_t* to) {
    std::copy_n(numbers(from) + sample * from.stride(0) + row * from.stride(2), from.size(3) * from.size(1), to);
  });
}

torch::Tensor exactly(const torch::Tensor& weight) {
  return weight.to(torch::kFloat32).contiguous();
}

/// Weights [out, in, kernel, kernel], float32 and contiguous, as the kernels take them; `turned`: those of the way
/// back, [in, out, ...].
struct Weights {
  Bfloat16Weights view;
  std::int64_t in, out, kernel;

  explicit Weights(const torch::Tensor& weight)
      : view{weight.data_ptr<float>(), weight.stride(0), weight.stride(1), /*turned=*/false},
        in(weight.size(1)),
        out(weight.size(0)),
        kernel(weight.size(2)) {}

  Weights turned() const {
    Weights result = *this;
    result.view = {view.first, view.in, view.out, !view.turned};
    std::swap(result.in, result.out);
    return result;
  }
};

torch::Tensor packed(const Weights& weights, const Bfloat16Sizes& sizes) {
  const auto all = torch::empty({sizes.blocks(), sizes.block_weights()}, torch::kBFloat16);
  at::parallel_for(0, sizes.blocks(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto block = begin; block < end; ++block)
      bfloat16_kernels()->pack(sizes, weights.view, block, written(all) + block * all.stride(0));
  });
  return all;
}

Bfloat16Sizes sizes_of(const torch::Tensor& map, const Weights& weights) {
  const auto lost = weights.kernel - 1;
  return {.width = map.size(3),
          .channels = map.size(1),
          .out_height = map.size(2) - lost,
          .out_width = map.size(3) - lost,
          .outs = weights.out,
          .kernel = weights.kernel};
}

/// [results, outs, ...] of a map: one result a sample, or m with a bias [m, outs]. Strips of a block of channels are
/// what a thread computes at once; the block's weights stay in its cache.
torch::Tensor convolved(const Bfloat16Map& map, const Weights& of, const torch::Tensor& bias,
                        const torch::Tensor& start, double negative_slope) {
  constexpr std::int64_t strip = 1024;
  const auto sizes = sizes_of(map.view, of);
  const auto weights = packed(of, sizes), rows = bias.defined() ? bias.view({-1, sizes.outs}) : torch::zeros({1, 1});
  const auto biases = torch::zeros({rows.size(0), sizes.blocks() * sizes.block});
  if (bias.defined()) biases.narrow(1, 0, sizes.outs).copy_(rows);
  const auto each = rows.size(0), results = map.view.size(0) * each;
  const auto strips = (sizes.positions() + strip - 1) / strip;
  const auto added = start.defined() ? start.to(torch::kBFloat16).contiguous(channels_last) : start;
  const auto result = empty_map(results, sizes.outs, sizes.out_height, sizes.out_width);
  at::parallel_for(0, sizes.blocks() * results * strips, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) {
      const auto number = i / strips % results, first = i % strips * strip, at = number * result.sample();
      const Bfloat16Result to{biases.data_ptr<float>() + number % each * biases.size(1),
                              added.defined() ? numbers(added) + at : nullptr, static_cast<float>(negative_slope),
                              written(result.view) + at};
      bfloat16_kernels()->convolve(sizes, map.at(number / each), numbers(weights), i / (strips * results), first,
                                   std::min(first + strip, sizes.positions()), to);
    }
  });
  return result.view;
}

/// What the backward pass needs: a result's gradients before the activation, with `margin` zeros around; the same in
/// pairs [results, positions / 2, outs, rounded up, 2], whose rows are `width` positions; and their sums [results,
/// outs].
struct Slopes {
  Bfloat16Map framed;
  torch::Tensor pairs, sums;
};

Slopes turned_back(const torch::Tensor& slope, const torch::Tensor& result, double negative_slope, std::int64_t margin,
                   std::int64_t width) {
  const auto n = slope.size(0), outs = slope.size(1), height = slope.size(2), columns = slope.size(3);
  const auto padded = rounded(outs, half_block);
  Slopes made;
  made.pairs = torch::empty({n, rounded(height * width, Bfloat16Sizes::depth) / 2, padded, 2}, torch::kBFloat16);
  const auto sums = torch::zeros({n, height, padded});
  const auto from = rows_of(slope), activated = result.defined() ? rows_of(result) : result;
  const auto row_of = [](const torch::Tensor& map, std::int64_t sample, std::int64_t row) {
    return map.defined() ? numbers(map) + sample * map.stride(0) + row * map.stride(2) : nullptr;
  };
  made.framed = framed(slope.sizes(), margin, [&](std::int64_t sample, std::int64_t row, std::uint16_t* to) {
    auto* pairs = written(made.pairs) + sample * made.pairs.stride(0) + row * width * padded;
    bfloat16_kernels()->turn_back({row_of(from, sample, row), row_of(activated, sample, row),
                                   static_cast<float>(negative_slope), columns, outs, to, pairs,
                                   sums.data_ptr<float>() + (sample * height + row) * padded});
    const auto done = rounded(columns, 2) * padded;
    const auto all = row + 1 < height ? width * padded : made.pairs.stride(0) - row * width * padded;
    std::fill_n(pairs + done, all - done, std::uint16_t{0});
  });
  made.sums = ordered_sum(sums).narrow(1, 0, outs);
  return made;
}

/// Planes [n, channels, rounded up, plane_step] of a map, whose rows are `width` numbers, followed by `reach` of them.
torch::Tensor planes_of(const Bfloat16Map& map, std::int64_t width, std::int64_t plane_step) {
  const auto n = map.view.size(0), in = map.view.size(1), height = map.view.size(2), padded = rounded(in, half_block);
  const auto planes = torch::empty({n, padded, plane_step}, torch::kBFloat16);
  at::parallel_for(0, n, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto sample = begin; sample < end; ++sample) {
      auto* first = written(planes) + sample * padded * plane_step;
      for (std::int64_t y = 0; y < height; ++y)
        bfloat16_kernels()->to_planes(
            {map.at(sample) + y * map.view.size(3) * in, map.view.size(3), in, first + y * width, width, plane_step});
      for (std::int64_t channel = 0; channel < padded; ++channel) {
        const auto done = channel < in ? height * width : 0;
        std::fill(first + channel * plane_step + done, first + (channel + 1) * plane_step, std::uint16_t{0});
      }
    }
  });
  return planes;
}

/// [out, in, kernel, kernel], float32. Each thread takes some blocks of inputs and outputs, or, where there are few
/// blocks, some of a block's kernel rows: the sums are the same.
torch::Tensor weight_slope(const Bfloat16Map& map, const Slopes& slopes, const Weights& weights, std::int64_t width) {
  constexpr std::int64_t strip = 1024;  // positions: all channels of them stay in the second-level cache
  const auto in = weights.in, out = weights.out, kernel = weights.kernel;
  const auto results = slopes.pairs.size(0), each = results / map.view.size(0);
  const auto positions = slopes.pairs.size(1) * 2, reach = (kernel - 1) * (width + 1);
  // Never a multiple of 4096 bytes apart: all planes would share the same lines of the first-level cache.
  const auto planes = planes_of(map, width, rounded(positions + reach, 64) + 32);
  std::vector<std::int64_t> offsets;
  for (std::int64_t y = 0; y < kernel; ++y)
    for (std::int64_t x = 0; x < kernel; ++x) offsets.push_back(y * width + x);
  const auto gradient = torch::zeros({kernel * kernel, planes.size(1), slopes.pairs.size(2)});
  const auto channel_blocks = rounded(in, Bfloat16Sizes::block) / Bfloat16Sizes::block,
             out_blocks = rounded(out, Bfloat16Sizes::block) / Bfloat16Sizes::block,
             blocks = channel_blocks * out_blocks;
  const auto parts = blocks < at::get_num_threads() ? kernel : 1, taps = kernel * kernel / parts;
  at::parallel_for(0, blocks * parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t number = 0; number < results; ++number)
      for (std::int64_t first = 0; first < positions; first += strip)
        for (auto i = begin; i < end; ++i) {
          const auto tap = i % parts * taps, block = i / parts;
          bfloat16_kernels()->weigh(
              {planes.size(2), in, out, taps, offsets.data() + tap}, numbers(planes) + number / each * planes.stride(0),
              numbers(slopes.pairs) + number * slopes.pairs.stride(0), first, std::min(first + strip, positions),
              block / out_blocks * Bfloat16Sizes::block, block % out_blocks * Bfloat16Sizes::block,
              gradient.data_ptr<float>() + tap * gradient.stride(0));
        }
  });
  const auto result = torch::empty({out, in, kernel, kernel});
  const Bfloat16Gradient whole{.channels = in, .outs = out, .taps = kernel * kernel};
  at::parallel_for(0, in, 8, [&](std::int64_t begin, std::int64_t end) {
    for (auto channel = begin; channel < end; ++channel)
      bfloat16_kernels()->unpack(whole, gradient.data_ptr<float>(), channel, result.data_ptr<float>());
  });
  return result;
}

/// See DifferentiableConvolution.
struct Bfloat16Rule {
  Bfloat16Convolution how;

  double negative_slope() const { return how.negative_slope; }

  torch::Tensor result(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                       const torch::Tensor& start) const {
    TORCH_CHECK(!bias.defined() || bias.dim() == 1 || !map.requires_grad(),
                "a map with several results gets no gradient");
    TORCH_CHECK(
        map.numel() > 0 && map.size(1) == weight.size(1) && std::min(map.size(2), map.size(3)) >= weight.size(2),
        "no convolution of maps ", map.sizes(), " with weights ", weight.sizes());
    const auto exact = exactly(weight);
    return convolved(with_slack(map), Weights(exact), bias, start, how.negative_slope);
  }

  ConvolutionGradients gradients(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& result,
                                 const torch::Tensor& of_result, const ConvolutionWants& wants) const {
    const auto exact = exactly(weight);
    const Weights weights(exact);
    const auto margin = weights.kernel - 1, width = rounded(map.size(3), 2);
    const auto slopes = turned_back(of_result, result, how.negative_slope, margin, width);
    ConvolutionGradients made;
    if (wants.map) made.map = convolved(slopes.framed, weights.turned(), {}, {}, 1);
    if (wants.bias) made.bias = slopes.sums.unflatten(0, {map.size(0), -1}).sum(0);
    if (wants.start) made.start = cut(slopes.framed.view, margin, margin, of_result.size(2), of_result.size(3));
    made.weight = weight_slope(with_slack(map), slopes, weights, width);
    return made;
  }

  template <class Data>
  void save(Data& data) const {
    data["negative_slope"] = how.negative_slope;
  }

  template <class Data>
  static Bfloat16Rule load(const Data& data) {
    return {{data.at("negative_slope").toDouble()}};
  }
};

}  // namespace

bool Bfloat16Convolution::takes(const torch::Tensor& map, const torch::Tensor& weight) const {
  const auto* kernels = bfloat16_kernels();
  if (!kernels || !map.is_cpu() || map.scalar_type() != torch::kBFloat16 || weight.size(2) != weight.size(3))
    return false;
  const Bfloat16Sizes sizes{.channels = std::max(weight.size(0), weight.size(1)), .kernel = weight.size(2)};
  return sizes.block_weights() <= kernels->most_block_weights;
}

torch::Tensor Bfloat16Convolution::operator()(const torch::Tensor& map, const torch::Tensor& weight,
                                              const torch::Tensor& bias, const torch::Tensor& start) const {
  return differentiable(Bfloat16Rule{*this}, map, weight, bias, start);
}

}  // namespace stormsweep
