#include "models/kernels/rectified_norm.hpp"
#include "models/kernels/norm_kernels.hpp"

#include <doctest/doctest.h>
#include <torch/nn/functional/batchnorm.h>
#include <torch/utils.h>

#include <limits>

using namespace stormsweep;

namespace {

torch::nn::BatchNorm2d make_norm(std::int64_t channels) {
  torch::nn::BatchNorm2d norm(channels);
  const torch::NoGradGuard no_grad;
  norm->weight.normal_();
  norm->bias.normal_();
  norm->running_mean.normal_();
  norm->running_var.uniform_(0.5, 2);
  return norm;
}

/// By LibTorch, in float64.
struct Twin {
  torch::Tensor map, weight, bias, running_mean, running_var, result;

  Twin(const torch::nn::BatchNorm2d& norm, const torch::Tensor& of) {
    const auto exact = [](const torch::Tensor& tensor) { return tensor.detach().to(torch::kFloat64).clone(); };
    map = exact(of).requires_grad_();
    weight = exact(norm->weight).requires_grad_();
    bias = exact(norm->bias).requires_grad_();
    running_mean = exact(norm->running_mean);
    running_var = exact(norm->running_var);
    result =
        torch::batch_norm(map, weight, bias, running_mean, running_var, norm->is_training(), 0.1, 1e-5, false).relu();
  }
};

torch::Tensor draw(torch::IntArrayRef sizes, torch::ScalarType type = torch::kFloat32) {
  return (torch::randn(sizes) * 3 + 5).to(type).contiguous(torch::MemoryFormat::ChannelsLast).requires_grad_();
}

void check_close(const torch::Tensor& ours, const torch::Tensor& twin, double tolerance) {
  REQUIRE(ours.sizes() == twin.sizes());
  const auto scale = twin.abs().max().item<double>();
  CHECK((ours.to(torch::kFloat64) - twin).abs().max().item<double>() <= tolerance * scale);
}

}  // namespace

TEST_CASE(
    "rectified norm: LibTorch's batch norm and ReLU in float64, for any channels and sizes, rows that are not whole") {
  if (!norm_kernels()) {
    MESSAGE("skipped: this processor has no vector units with kernels");
    return;
  }
  torch::manual_seed(3);
  for (const auto type : {torch::kFloat32, torch::kBFloat16})
    for (const auto& sizes : std::vector<std::vector<std::int64_t>>{{2, 8, 3, 4},
                                                                    {3, 3, 37, 41},
                                                                    {2, 48, 9, 7},
                                                                    {4, 96, 5, 5},
                                                                    {16, 256, 1, 1},
                                                                    {5, 17, 30, 31},
                                                                    {2, 16, 130, 129}}) {
      CAPTURE(c10::toString(type));
      CAPTURE(sizes);
      auto norm = make_norm(sizes[1]);
      const auto map = draw(sizes, type);
      const Twin twin(norm, map);
      const auto slope = torch::randn(sizes).to(type);
      const auto result = rectified_norm(norm, map);
      CHECK((result.scalar_type() == type));
      result.backward(slope);
      twin.result.backward(slope.to(torch::kFloat64));
      const double rounding = type == torch::kFloat32 ? 3e-6 : 4e-3;
      check_close(result, twin.result, rounding);
      check_close(map.grad(), twin.map.grad(), rounding);
      check_close(norm->weight.grad(), twin.weight.grad(), 1e-5);
      check_close(norm->bias.grad(), twin.bias.grad(), 1e-5);
      check_close(norm->running_mean, twin.running_mean, 1e-6);
      check_close(norm->running_var, twin.running_var, 1e-6);
      CHECK(norm->num_batches_tracked.item<std::int64_t>() == 1);
    }
}

TEST_CASE("rectified norm: evaluation takes the running moments, and leaves them") {
  torch::manual_seed(4);
  auto norm = make_norm(12);
  norm->eval();
  const auto mean = norm->running_mean.clone();
  const auto map = draw({2, 12, 11, 13});
  const Twin twin(norm, map);
  {
    const torch::NoGradGuard no_grad;
    check_close(rectified_norm(norm, map), twin.result, 1e-6);
  }
  const auto result = rectified_norm(norm, map);  // with gradients, too
  result.sum().backward();
  twin.result.sum().backward();
  check_close(map.grad(), twin.map.grad(), 1e-6);
  CHECK(torch::equal(norm->running_mean, mean));
}

TEST_CASE("rectified norm: a mean of ten thousand deviations leaves five digits of it") {
  if (!norm_kernels()) {
    MESSAGE("skipped: this processor has no vector units with kernels");
    return;
  }
  torch::manual_seed(5);
  auto norm = make_norm(16);
  const auto map = (torch::randn({4, 16, 40, 40}) + 10000).contiguous(torch::MemoryFormat::ChannelsLast);
  const Twin twin(norm, map);
  rectified_norm(norm, map);
  check_close(norm->running_var, twin.running_var, 1e-5);
}

TEST_CASE("rectified norm: the same bits for any number of threads; NaN stays NaN") {
  if (!norm_kernels()) {
    MESSAGE("skipped: this processor has no vector units with kernels");
    return;
  }
  torch::manual_seed(6);
  const auto map = draw({3, 24, 50, 51}), slope = torch::randn({3, 24, 50, 51});
  const auto threads = torch::get_num_threads();
  std::vector<torch::Tensor> gradients, results;
  for (const int count : {1, 3}) {
    torch::set_num_threads(count);
    torch::manual_seed(7);
    auto norm = make_norm(24);
    const auto input = map.detach().clone().requires_grad_();
    results.push_back(rectified_norm(norm, input));
    results.back().backward(slope);
    gradients.push_back(input.grad());
  }
  torch::set_num_threads(threads);
  CHECK(torch::equal(results[0], results[1]));
  CHECK(torch::equal(gradients[0], gradients[1]));

  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    auto norm = make_norm(8);
    auto bad = draw({2, 8, 6, 6}, type).detach().clone();
    bad[1][3][2][2] = std::numeric_limits<float>::quiet_NaN();
    const auto wrong = rectified_norm(norm, bad).isnan().sum({0, 2, 3});
    CHECK(wrong[3].item<int>() == 72);
    CHECK(wrong.sum().item<int>() == 72);
  }
}
