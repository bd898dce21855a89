#include "worker/training/optimizer.hpp"

#include <doctest/doctest.h>

#include <torch/serialize/archive.h>

#include <cmath>
#include <memory>
#include <sstream>
#include <vector>

#include "search/base/error.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

/// LARC-Adam on one tensor in double precision: an independent version of You et al. 2017 and Kingma and Ba 2015.
struct Twin {
  std::vector<double> weights, first{}, second{};
  int step = 0;

  void update(const std::vector<double>& gradient, double rate) {
    first.resize(weights.size()), second.resize(weights.size());
    double ww = 0, gg = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) ww += weights[i] * weights[i], gg += gradient[i] * gradient[i];
    const double local = ww > 0 && gg > 0 ? 0.002 * std::sqrt(ww) / std::sqrt(gg) : 1.0 / 16000;
    const double share = std::min(local, rate) / rate;
    ++step;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double g = gradient[i] * share;
      first[i] = 0.9 * first[i] + 0.1 * g;
      second[i] = 0.999 * second[i] + 0.001 * g * g;
      weights[i] -=
          rate * first[i] / (1 - std::pow(0.9, step)) / (std::sqrt(second[i] / (1 - std::pow(0.999, step))) + 1e-8);
    }
  }
};

}  // namespace

TEST_CASE("larc takes the steps of its twin: rates bounded, not bounded, and without a norm") {
  const std::vector<std::vector<double>> starts{{3, -4}, {0.01, 0.02}, {0, 0}};
  const std::vector<std::vector<double>> gradients{{1, 2}, {0.5, -0.25}, {0, 0}, {1e-7, 3e-7}};
  constexpr double rate = 0.01;
  for (const auto& start : starts) {
    Twin twin{start};
    auto parameter = torch::tensor(start, torch::kFloat64).requires_grad_();
    const auto optimizer = make_optimizer("larc", rate, {parameter});
    for (const auto& gradient : gradients) {
      parameter.mutable_grad() = torch::tensor(gradient, torch::kFloat64);
      optimizer->step();
      twin.update(gradient, rate);
      for (std::size_t i = 0; i < start.size(); ++i)
        CHECK(parameter[static_cast<std::int64_t>(i)].item<double>() == Approx(twin.weights[i]).epsilon(1e-9));
    }
  }
}

TEST_CASE("adam and adamw in one pass take the steps of LibTorch's, through a checkpoint, whatever lies where") {
  const auto start = torch::linspace(-1, 1, 70'001);
  for (const bool decoupled : {false, true}) {
    // One of two parameters has a gradient only sometimes, and not a contiguous one.
    const auto draw = [&] {
      return std::vector<torch::Tensor>{start.slice(0, 0, 70'000).view({700, 100}).clone().requires_grad_(),
                                        start.slice(0, 70'000).clone().requires_grad_()};
    };
    const auto ours = draw(), theirs = draw();
    const auto* name = decoupled ? "adamw" : "adam";
    auto optimizer = make_optimizer(name, 0.01, ours);
    std::unique_ptr<torch::optim::Optimizer> twin;
    if (decoupled)
      twin = std::make_unique<torch::optim::AdamW>(theirs, torch::optim::AdamWOptions(0.01));
    else
      twin = std::make_unique<torch::optim::Adam>(theirs, torch::optim::AdamOptions(0.01));
    for (int step = 1; step <= 20; ++step) {
      for (const auto* parameters : {&ours, &theirs}) {
        (*parameters)[0].mutable_grad() = ((*parameters)[0].detach() * step).sin().t().contiguous().t();
        (*parameters)[1].mutable_grad() = step % 3 == 0 ? torch::ones({1}) : torch::Tensor();
      }
      optimizer->step();
      twin->step();
      if (step != 10) continue;
      torch::serialize::OutputArchive archive;
      optimizer->save(archive);
      std::stringstream stream;
      archive.save_to(stream);
      optimizer = make_optimizer(name, 0.01, ours);
      torch::serialize::InputArchive saved;
      saved.load_from(stream);
      optimizer->load(saved);
    }
    for (std::size_t i = 0; i < ours.size(); ++i) CHECK((ours[i] - theirs[i]).abs().max().item<double>() < 1e-6);
  }
}

TEST_CASE("sgd has momentum 0.9, by hand") {
  auto weight = torch::ones({1}, torch::kFloat64).requires_grad_();
  const auto optimizer = make_optimizer("sgd", 0.1, {weight});
  weight.mutable_grad() = torch::ones({1}, torch::kFloat64);
  optimizer->step();
  CHECK(weight.item<double>() == Approx(0.9));
  optimizer->step();  // at 0.9 + 1
  CHECK(weight.item<double>() == Approx(0.71));
}

TEST_CASE("every optimizer lowers a square; an unknown one is refused") {
  for (const auto* name : {"adam", "adamw", "rmsprop", "sgd", "larc"}) {
    auto x = torch::ones({1}).requires_grad_();
    auto optimizer = make_optimizer(name, 0.01, {x});
    for (int i = 0; i < 50; ++i) {
      optimizer->zero_grad();
      x.square().backward({}, false);
      optimizer->step();
    }
    CHECK(std::abs(x.item<double>()) < 0.7);
  }
  CHECK_THROWS_WITH_AS(make_optimizer("adagrad", 0.1, {}),
                       "optimizer is adagrad; known are adam, adamw, rmsprop, sgd and larc", InputError);
}
