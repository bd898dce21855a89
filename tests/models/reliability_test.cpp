#include "models/reliability.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>

using namespace stormsweep;
using doctest::Approx;

TEST_CASE("reliability by hand: what came where so much was forecast") {
  Reliability amounts({0.5f, 2});
  amounts.add(torch::tensor({0.0f, 0.25f, 0.5f, 3.0f}), torch::tensor({1.0f, 0.0f, 0.75f, 8.0f}));
  amounts.add(torch::tensor({1.5f}), torch::tensor({0.25f}));
  CHECK(amounts.share(0) == Approx(0.4));
  CHECK(amounts.forecast(0) == Approx(0.125));
  CHECK(amounts.seen(0) == Approx(0.5));
  CHECK(amounts.share(1) == Approx(0.4));  // 0.5 is of the class that begins there
  CHECK(amounts.forecast(1) == Approx(1));
  CHECK(amounts.seen(1) == Approx(0.5));
  CHECK(amounts.share(2) == Approx(0.2));
  CHECK(amounts.seen(2) == Approx(8));
}

TEST_CASE("reliability over ranks is the sum, and of a class without pixels NaN") {
  torch::manual_seed(1);
  const auto forecast = torch::rand({2, 6, 4, 4}) * 3, truth = torch::rand({2, 6, 4, 4}) * 3;
  Reliability whole({1, 2}), part({1, 2}), rest({1, 2});
  whole.add(forecast, truth);
  part.add(forecast[0], truth[0]);
  rest.add(forecast[1], truth[1]);
  part.sums += rest.sums;
  CHECK(torch::allclose(part.sums, whole.sums));
  Reliability none({1});
  none.add(torch::zeros({3}), torch::ones({3}));
  CHECK(none.share(1) == 0);
  CHECK(std::isnan(none.forecast(1)));
  CHECK(std::isnan(Reliability({1}).share(0)));
}
