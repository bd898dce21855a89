#include "models/kernels/pool_and_cut.hpp"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>

#include "models/kernels/map_slice.hpp"

namespace stormsweep {

namespace {

torch::Tensor view_of(const torch::Tensor& map, const MapPart& part) {
  return cut(map, part.top, part.left, part.height, part.width);
}

void pool_row(const float* upper, const float* lower, std::int64_t width, float* to) {
  for (std::int64_t x = 0; x < width; ++x)
    to[x] = (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1]) / 4;
}

void spread_row(const float* pooled, std::int64_t width, float* to) {
  for (std::int64_t x = 0; x < width; ++x) to[2 * x] = to[2 * x + 1] = pooled[x] / 4;
}

/// Planes of [n, c, h, w], contiguous.
template <class Work>
void for_planes(const torch::Tensor& maps, const Work& work) {
  at::parallel_for(0, maps.size(0) * maps.size(1), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) work(i);
  });
}

struct PoolAndCut : torch::autograd::Function<PoolAndCut> {
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                                                const MapPart& part) {
    const auto height = map.size(2) / 2, width = map.size(3) / 2;
    const auto pooled = torch::empty({map.size(0), map.size(1), height, width});
    for_planes(map, [&](std::int64_t i) {
      const float* from = map.data_ptr<float>() + i * map.size(2) * map.size(3);
      float* to = pooled.data_ptr<float>() + i * height * width;
      for (std::int64_t y = 0; y < height; ++y)
        pool_row(from + 2 * y * map.size(3), from + (2 * y + 1) * map.size(3), width, to + y * width);
    });
    context->saved_data["sizes"] = map.sizes().vec();
    context->saved_data["top"] = part.top;
    context->saved_data["left"] = part.left;
    return {pooled, view_of(map, part)};
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    const auto top = context->saved_data["top"].toInt(), left = context->saved_data["left"].toInt();
    const auto result = torch::empty(context->saved_data["sizes"].toIntVector());
    const auto pooled = slopes[0].contiguous(), beside = slopes[1].contiguous();
    const auto height = result.size(2), width = result.size(3), half = width / 2;
    for_planes(result, [&](std::int64_t i) {
      for (std::int64_t y = 0; y < height; ++y) {
        float* to = result.data_ptr<float>() + (i * height + y) * width;
        if (y / 2 < pooled.size(2))
          spread_row(pooled.data_ptr<float>() + (i * pooled.size(2) + y / 2) * half, half, to);
        std::fill(to + (y / 2 < pooled.size(2) ? 2 * half : 0), to + width, 0.0F);
        if (y < top || y >= top + beside.size(2)) continue;
        const float* more = beside.data_ptr<float>() + (i * beside.size(2) + y - top) * beside.size(3);
        for (std::int64_t x = 0; x < beside.size(3); ++x) to[left + x] += more[x];
      }
    });
    return {result, {}};
  }
};

}  // namespace

std::pair<torch::Tensor, torch::Tensor> pool_and_cut(const torch::Tensor& map, const MapPart& part) {
  if (!map.is_cpu() || map.scalar_type() != torch::kFloat32 || !map.is_contiguous())
    return {torch::avg_pool2d(map, 2), view_of(map, part)};
  const auto both = PoolAndCut::apply(map, part);
  return {both[0], both[1]};
}

}  // namespace stormsweep
