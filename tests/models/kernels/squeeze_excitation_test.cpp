#include "models/kernels/squeeze_excitation.hpp"

#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <limits>
#include <vector>

#include "tests/models/measures.hpp"

using namespace stormsweep;

namespace {

/// A small network and maps, and what LibTorch's operations make of them in float64.
struct Excitation {
  torch::nn::Linear squeeze, excite;
  torch::Tensor map, slope;

  Excitation(torch::IntArrayRef sizes, torch::ScalarType type)
      : squeeze(sizes[1], std::max<std::int64_t>(1, sizes[1] / 16)),
        excite(squeeze->options.out_features(), sizes[1]),
        map((torch::randn(sizes) * 3 + 1).to(type).contiguous(torch::MemoryFormat::ChannelsLast).requires_grad_()),
        slope(torch::randn(sizes).to(type)) {}

  torch::Tensor operator()() { return squeeze_and_excite(map, squeeze, excite); }
  std::vector<torch::Tensor> inputs() const {
    return {map, squeeze->weight, squeeze->bias, excite->weight, excite->bias};
  }
  /// The result, and the gradients of the inputs.
  std::vector<torch::Tensor> twin() const {
    std::vector<torch::Tensor> exact;
    for (const auto& input : inputs()) exact.push_back(input.detach().to(torch::kFloat64).requires_grad_());
    const auto few = torch::linear(exact[0].mean({2, 3}), exact[1], exact[2]).relu();
    const auto shares = torch::linear(few, exact[3], exact[4]).sigmoid();
    const auto result = exact[0] * shares.unsqueeze(2).unsqueeze(3);
    auto all = torch::autograd::grad({result}, exact, {slope.to(torch::kFloat64)});
    all.insert(all.begin(), result);
    return all;
  }
};

double peak(const torch::Tensor& values) {
  return values.abs().max().item<double>();
}

}  // namespace

TEST_CASE("squeeze and excitation, and its gradients, are those of LibTorch's operations in float64") {
  torch::manual_seed(1);
  for (const auto type : {torch::kFloat32, torch::kBFloat16})
    for (const auto& sizes : std::vector<std::vector<std::int64_t>>{{3, 32, 6, 9},
                                                                    {2, 128, 24, 36},
                                                                    {2, 48, 8, 4},
                                                                    {1, 64, 40, 33},
                                                                    {4, 17, 3, 5},  // rows are not whole
                                                                    {5, 2, 1, 1}}) {
      CAPTURE(c10::toString(type));
      CAPTURE(sizes);
      Excitation excitation(sizes, type);
      const auto result = excitation();
      CHECK((result.scalar_type() == type));
      CHECK(result.sizes() == excitation.map.sizes());
      auto made = torch::autograd::grad({result}, excitation.inputs(), {excitation.slope});
      made.insert(made.begin(), result);
      const auto wanted = excitation.twin();
      for (std::size_t i = 0; i < made.size(); ++i) {
        CAPTURE(i);
        const double rounding = type == torch::kFloat32 ? 3e-6 : 1e-2;
        CHECK(torch::allclose(made[i].to(torch::kFloat64), wanted[i], rounding, rounding * peak(wanted[i])));
      }
    }
}

TEST_CASE("squeeze and excitation: means of a map far from zero; slopes in another layout; NaN stays in its sample") {
  torch::manual_seed(2);
  Excitation excitation({2, 32, 64, 64}, torch::kFloat32);
  {
    const torch::NoGradGuard no_grad;
    excitation.map += 1000;
  }
  CHECK(relative_difference(excitation().to(torch::kFloat64), excitation.twin()[0]) < 3e-6);
  const auto planes = torch::autograd::grad({excitation()}, {excitation.map}, {excitation.slope.contiguous()}),
             last = torch::autograd::grad({excitation()}, {excitation.map},
                                          {excitation.slope.contiguous(torch::MemoryFormat::ChannelsLast)});
  CHECK(torch::equal(planes[0], last[0]));

  const torch::NoGradGuard no_grad;
  excitation.map[1][5][3][3] = std::numeric_limits<float>::quiet_NaN();
  const auto wrong = excitation().isnan().flatten(1).sum(1);
  CHECK(wrong[0].item<int>() == 0);
  CHECK(wrong[1].item<int>() == 32 * 64 * 64);
}
