#include "models/kernels/squeeze_excitation.hpp"

#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "models/kernels/norm_types.hpp"

namespace stormsweep {

namespace {

/// A sample of a map as the kernels see it: rows of all channels, several times.
struct SampleRows {
  std::int64_t channels, columns, numbers;

  explicit SampleRows(const torch::Tensor& map)
      : channels(map.size(1)), columns(std::lcm(channels, norm_kernels()->step)), numbers(map.numel() / map.size(0)) {}
  NormRows all() const { return {numbers / columns, columns}; }
  /// What belongs to channels [n, c], as rows.
  torch::Tensor rows_of(const torch::Tensor& values) const { return values.repeat({1, columns / channels}); }
};

template <class Visit>
void each_sample(const torch::Tensor& map, const Visit& visit) {
  at::parallel_for(0, map.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto n = begin; n < end; ++n) visit(n);
  });
}

/// [n, c]: sums over the pixels of each channel of each sample. `sum`(rows, where their numbers begin, sums [columns])
/// makes those of some rows, few enough for float32.
template <class Sum>
torch::Tensor summed_pixels(const torch::Tensor& map, const Sum& sum) {
  constexpr std::int64_t most_rows = 256;
  const SampleRows sample(map);
  const auto result = torch::empty({map.size(0), map.size(1)});
  each_sample(map, [&](std::int64_t n) {
    std::vector<float> part(static_cast<std::size_t>(sample.columns));
    std::vector<double> sums(static_cast<std::size_t>(sample.channels));
    for (std::int64_t row = 0; row < sample.all().count; row += most_rows) {
      const NormRows rows{std::min(most_rows, sample.all().count - row), sample.columns};
      sum(rows, n * sample.numbers + row * sample.columns, part.data());
      for (std::size_t first = 0; first < part.size(); first += sums.size())
        for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += part[first + c];
    }
    std::ranges::copy(sums, result.data_ptr<float>() + n * sample.channels);
  });
  return result;
}

torch::Tensor means_of(const torch::Tensor& map) {
  torch::Tensor sums;
  by_number_type(map, [&](const auto& kernels, auto number) {
    const auto* const from = numbers<decltype(number)>(map);
    sums = summed_pixels(
        map, [&](const NormRows& rows, std::int64_t at, float* part) { kernels.sums(rows, from + at, part); });
  });
  return sums / static_cast<double>(map.size(2) * map.size(3));
}

/// [n, c]: sums of map * slope over the pixels.
torch::Tensor products_of(const torch::Tensor& map, const torch::Tensor& slope) {
  torch::Tensor sums;
  by_number_type(map, [&](const auto& kernels, auto number) {
    const auto *const from = numbers<decltype(number)>(map), *const along = numbers<decltype(number)>(slope);
    sums = summed_pixels(map, [&](const NormRows& rows, std::int64_t at, float* part) {
      kernels.products(rows, from + at, along + at, part);
    });
  });
  return sums;
}

/// map * scale + shift, both [n, c].
torch::Tensor scaled(const torch::Tensor& map, const torch::Tensor& scale, const torch::Tensor& shift) {
  const SampleRows sample(map);
  const auto scales = sample.rows_of(scale), shifts = sample.rows_of(shift);
  auto result = torch::empty_like(map);
  by_number_type(map, [&](const auto& kernels, auto number) {
    const auto* const from = numbers<decltype(number)>(map);
    auto* const to = numbers<decltype(number)>(result);
    each_sample(map, [&](std::int64_t n) {
      const NormLine line{scales.data_ptr<float>() + n * sample.columns, shifts.data_ptr<float>() + n * sample.columns};
      kernels.scale(sample.all(), from + n * sample.numbers, line, to + n * sample.numbers);
    });
  });
  return result;
}

/// Weights and biases of both layers: squeeze, excite.
struct Excited : torch::autograd::Function<Excited> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                               const torch::Tensor& squeeze, const torch::Tensor& squeeze_bias,
                               const torch::Tensor& excite, const torch::Tensor& excite_bias) {
    const auto means = means_of(map), few = torch::linear(means, squeeze, squeeze_bias).relu(),
               shares = torch::linear(few, excite, excite_bias).sigmoid();
    context->save_for_backward({map, squeeze, excite, means, few, shares});
    return scaled(map, shares, torch::zeros_like(shares));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    const auto saved = context->get_saved_variables();
    const auto &map = saved[0], &squeeze = saved[1], &excite = saved[2], &means = saved[3], &few = saved[4],
               &shares = saved[5];
    const auto slope = slopes[0].contiguous(torch::MemoryFormat::ChannelsLast);
    const auto of_excited = products_of(map, slope) * shares * (1 - shares);
    const auto of_squeezed = of_excited.mm(excite) * (few > 0);
    const auto of_means = of_squeezed.mm(squeeze) / static_cast<double>(map.size(2) * map.size(3));
    return {scaled(slope, shares, of_means), of_squeezed.t().mm(means), of_squeezed.sum(0), of_excited.t().mm(few),
            of_excited.sum(0)};
  }
};

bool takes(const torch::Tensor& map, const torch::nn::Linear& squeeze) {
  if (!has_norm_kernels(map) || map.numel() == 0 || squeeze->weight.scalar_type() != torch::kFloat32) return false;
  const SampleRows sample(map);
  return sample.numbers % sample.columns == 0;
}

}  // namespace

torch::Tensor squeeze_and_excite(const torch::Tensor& map, torch::nn::Linear& squeeze, torch::nn::Linear& excite) {
  if (takes(map, squeeze)) return Excited::apply(map, squeeze->weight, squeeze->bias, excite->weight, excite->bias);
  const auto means = map.mean({2, 3}, /*keepdim=*/false, torch::kFloat32).to(squeeze->weight.scalar_type());
  const auto shares = excite(squeeze(means).relu()).sigmoid().to(map.scalar_type());
  return map * shares.unsqueeze(2).unsqueeze(3);
}

}  // namespace stormsweep
