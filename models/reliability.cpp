#include "models/reliability.hpp"

#include <torch/utils.h>

#include <utility>

namespace stormsweep {

Reliability::Reliability(std::vector<float> bounds)
    : sums(torch::zeros({std::ssize(bounds) + 1, 3}, torch::kFloat64)), bounds_(std::move(bounds)) {}

void Reliability::add(const torch::Tensor& forecast, const torch::Tensor& truth) {
  const torch::NoGradGuard no_grad;
  const auto classes =
      torch::bucketize(forecast.contiguous(), torch::tensor(bounds_, forecast.options()), /*out_int32=*/false,
                       /*right=*/true)
          .flatten();
  const auto values = [](const torch::Tensor& image) { return image.flatten().to(torch::kFloat64); };
  const auto rows = torch::stack({torch::ones_like(values(forecast)), values(forecast), values(truth)}, 1);
  sums += torch::zeros_like(sums, rows.device()).index_add_(0, classes, rows).cpu();
}

double Reliability::share(std::int64_t c) const {
  return sums[c][0].item<double>() / sums.select(1, 0).sum().item<double>();
}

double Reliability::mean(std::int64_t c, std::int64_t column) const {
  return sums[c][column].item<double>() / sums[c][0].item<double>();
}

}  // namespace stormsweep
