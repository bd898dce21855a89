#include "models/kernels/phases.hpp"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace stormsweep {

namespace {

void split_row(const float* row, std::int64_t width, float* even, float* odd) {
  for (std::int64_t x = 0; x < width / 2; ++x) even[x] = row[2 * x], odd[x] = row[2 * x + 1];
  if (width % 2 == 1) even[width / 2] = row[width - 1], odd[width / 2] = 0;
}

void join_row(const float* even, const float* odd, std::int64_t width, float* row) {
  for (std::int64_t x = 0; x < width / 2; ++x) row[2 * x] = even[x], row[2 * x + 1] = odd[x];
  if (width % 2 == 1) row[width - 1] = even[width / 2];
}

/// Calls work(row of the images, its even and its odd pixels among the phases) for each row; null beyond the images.
template <class Work>
void for_rows(const torch::Tensor& images, const torch::Tensor& phases, const Work& work) {
  const auto height = images.size(2), width = images.size(3), rows = phases.size(2), half = phases.size(3);
  at::parallel_for(0, images.size(0) * images.size(1), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto plane = begin; plane < end; ++plane)
      for (std::int64_t y = 0; y < 2 * rows; ++y) {
        float* even = phases.data_ptr<float>() + ((plane * 4 + y % 2 * 2) * rows + y / 2) * half;
        work(y < height ? images.data_ptr<float>() + (plane * height + y) * width : nullptr, even, even + rows * half);
      }
  });
}

struct Phases : torch::autograd::Function<Phases> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& images) {
    context->saved_data["sizes"] = images.sizes().vec();
    const auto input = images.contiguous();
    const auto width = images.size(3), half = (width + 1) / 2;
    const auto result = torch::empty({images.size(0), 4 * images.size(1), (images.size(2) + 1) / 2, half});
    for_rows(input, result, [&](const float* row, float* even, float* odd) {
      if (row)
        split_row(row, width, even, odd);
      else
        std::fill(even, even + half, 0.0F), std::fill(odd, odd + half, 0.0F);
    });
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    const auto result = torch::empty(context->saved_data["sizes"].toIntVector());
    for_rows(result, slopes[0].contiguous(), [&](float* row, const float* even, const float* odd) {
      if (row) join_row(even, odd, result.size(3), row);
    });
    return {result};
  }
};

torch::Tensor with_even_sides(const torch::Tensor& images) {
  return torch::constant_pad_nd(images, {0, images.size(3) % 2, 0, images.size(2) % 2});
}

}  // namespace

torch::Tensor phases_of(const torch::Tensor& images) {
  if (images.is_cpu() && images.scalar_type() == torch::kFloat32) return Phases::apply(images);
  return torch::pixel_unshuffle(with_even_sides(images), 2);
}

torch::Tensor weight_of_phases(const torch::Tensor& weight) {
  return torch::pixel_unshuffle(with_even_sides(weight), 2);
}

torch::Tensor phases_of_last(const torch::Tensor& images) {
  const auto even = with_even_sides(images);
  const auto n = even.size(0), channels = even.size(1), height = even.size(2) / 2, width = even.size(3) / 2;
  return even.permute({0, 2, 3, 1})
      .reshape({n, height, 2, width, 2, channels})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape({n, height, width, 4 * channels})
      .permute({0, 3, 1, 2});
}

}  // namespace stormsweep
