#include "worker/training/loss_scale.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace stormsweep;

TEST_CASE("gradients come back as they were, and the factor doubles after 2,000 good steps") {
  LossScale scale;
  const double first = scale.factor();
  const auto gradient = torch::tensor({0.1f, -3.0f, 1e-6f});
  for (int step = 0; step < 2000; ++step) {
    CHECK(scale.factor() == first);
    const auto scaled = gradient * scale.factor();
    REQUIRE(scale.unscale({scaled}, scale.factor()));
    REQUIRE(scaled.equal(gradient));
  }
  CHECK(scale.factor() == 2 * first);
}

TEST_CASE("an overflow halves the factor and leaves the step out; a checkpoint holds it") {
  LossScale scale;
  const double first = scale.factor();
  CHECK(scale.unscale({torch::ones({2}), torch::ones({3})}, first));
  CHECK_FALSE(scale.unscale({torch::ones({2}), torch::tensor({std::numeric_limits<float>::infinity()})}, first));
  CHECK(scale.factor() == first / 2);
  CHECK_FALSE(scale.unscale({torch::tensor({std::numeric_limits<float>::quiet_NaN()})}, first / 2));
  CHECK(scale.factor() == first / 4);
  LossScale resumed;
  resumed.set_state(scale.state());
  CHECK(resumed.factor() == scale.factor());
}
