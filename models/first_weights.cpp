#include "models/first_weights.hpp"

#include <cmath>

namespace stormsweep {

void draw_uniform(torch::Tensor& weights, std::int64_t fan_in, at::Generator& generator) {
  const torch::NoGradGuard no_grad;
  const double limit = 1 / std::sqrt(static_cast<double>(fan_in));
  weights.uniform_(-limit, limit, generator);
}

torch::nn::Linear make_linear(std::int64_t in, std::int64_t out, at::Generator& generator) {
  torch::nn::Linear layer(in, out);
  draw_uniform(layer->weight, in, generator);
  draw_uniform(layer->bias, in, generator);
  return layer;
}

}  // namespace stormsweep
