#pragma once

#include <torch/nn/modules/linear.h>

#include <cstdint>

namespace stormsweep {

/// Uniform within +- 1 / sqrt(`fan_in`), LibTorch's own choice for dense and recurrent layers, from `generator` alone.
void draw_uniform(torch::Tensor& weights, std::int64_t fan_in, at::Generator& generator);

/// A dense layer whose first weights and biases are drawn so.
torch::nn::Linear make_linear(std::int64_t in, std::int64_t out, at::Generator& generator);

}  // namespace stormsweep
