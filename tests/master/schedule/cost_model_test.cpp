#include "master/schedule/cost_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "search/space/space.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

Space tornado(const std::string& parameters) {
  return parse_space(R"({"name": "t", "experiment": "tornado", "share_epochs": false,
                         "data": {"train": "a", "validation": "b", "test": "c"}, "parameters": )" +
                         parameters + "}",
                     "t.json", "/");
}

using Cost = std::function<double(const Reader&)>;

/// How well the model, given `rows` random points of the grid, predicts the cost of all points.
struct Trained {
  Trained(const Space& space, const Cost& cost, std::size_t rows, double noise = 0) : model(*space.experiment) {
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal;
    const auto at = [&](std::uint64_t i) { return space.configuration(i); };
    for (std::size_t i = 0; i < rows; ++i) {
      const Configuration c = at(random() % space.grid.size());
      model.add(c, cost(Reader(c, *space.experiment)) * std::exp(noise * normal(random)));
    }
    REQUIRE(model.ready());
    std::vector<std::pair<double, double>> pairs;
    for (std::uint64_t i = 0; i < space.grid.size(); ++i)
      pairs.emplace_back(cost(Reader(at(i), *space.experiment)), model.seconds(at(i)).value());
    double wrong = 0, all = 0;
    for (const auto& [truth, told] : pairs) {
      worst = std::max(worst, std::abs(std::log(told / truth)));
      for (const auto& [other, other_told] : pairs) {
        if (truth >= other * 0.99) continue;
        ++all;
        wrong += told >= other_told;
      }
    }
    misranked = wrong / all;
  }

  CostModel model;
  double worst = 0, misranked = 0;  // largest error of the logarithm, and share of pairs in the wrong order
};

const std::string axes = R"({"epochs": [5, 10, 15, 100, 1000], "batch_size": [128, 256, 512, 1024, 2048],
  "data_multiplier": [1, 2, 4, 8], "augmentation": ["none", "preaugmented", "live"], "replicate": [0, 1]})";

double factor(const Reader& r) {
  return r.choice("augmentation") == "live" ? 3 : r.choice("augmentation") == "preaugmented" ? 1.5 : 1;
}

}  // namespace

TEST_CASE("a product of powers is predicted exactly, and ranked exactly") {
  const Trained t(
      tornado(axes),
      [](const Reader& r) {
        return 0.3 * double(r.integer("epochs")) * double(r.integer("data_multiplier")) *
               std::pow(double(r.integer("batch_size")), -0.4) * factor(r);
      },
      200);
  CHECK(t.misranked == 0);
  CHECK(t.worst < 0.001);
}

TEST_CASE("a fixed cost and a product: ranked exactly, and predicted within a tenth") {
  const Trained t(
      tornado(axes),
      [](const Reader& r) {
        return 20 + 0.01 * double(r.integer("epochs")) * double(r.integer("data_multiplier")) * factor(r);
      },
      200);
  CHECK(t.misranked < 0.01);
  CHECK(t.worst < 0.1);
}

TEST_CASE("noise of a tenth, and a fixed cost: predicted within a third") {
  const Trained t(
      tornado(axes), [](const Reader& r) { return 2 + 0.05 * double(r.integer("epochs")) * factor(r); }, 300, 0.1);
  CHECK(t.worst < 0.33);
  CHECK(t.model.noise() == Approx(0.1).epsilon(0.3));
}

TEST_CASE("epochs cost in proportion until rows say otherwise") {
  const Space space = tornado(R"({"epochs": [10, 40], "replicate": {"min": 0, "max": 50, "step": 1}})");
  CostModel model(*space.experiment);
  for (std::uint64_t i = 0; i < 20; ++i) model.add(space.configuration(i), 2);  // epochs vary slowest: all have 10
  REQUIRE(model.ready());
  CHECK(model.seconds(space.configuration(0)).value() == Approx(2));
  CHECK(model.seconds(space.configuration(60)).value() == Approx(8));
}

TEST_CASE("an axis that costs nothing makes no difference") {
  const Space space = parse_space(
      R"({"name": "n", "experiment": "noop", "parameters": {"index": {"min": 1, "max": 1000, "step": 1}}})", "n", "/");
  CostModel model(*space.experiment);
  std::mt19937_64 random(5);
  std::exponential_distribution<double> seconds(1e5);
  for (std::uint64_t i = 0; i < 500; ++i) model.add(space.configuration(i), 1e-6 + seconds(random));
  const double one = model.seconds(space.configuration(0)).value();
  for (std::uint64_t i = 0; i < 1000; i += 7) REQUIRE(model.seconds(space.configuration(i)).value() == one);
}

TEST_CASE("predictions for zeros and for words never seen are positive and finite") {
  const Space space = parse_space(
      R"({"name": "n", "experiment": "noop", "parameters":
          {"milliseconds": [0, 10, 20, 50, 100], "outcome": ["complete", "throw", "nan"]}})",
      "n", "/");
  CostModel model(*space.experiment);
  for (int round = 0; round < 4; ++round)
    for (std::uint64_t i = 3; i < 15; i += 3)  // "complete" with 10 ms and more
      model.add(space.configuration(i), Reader(space.configuration(i), *space.experiment).real("milliseconds") / 1000);
  REQUIRE(model.ready());
  for (std::uint64_t i = 0; i < 15; ++i) {
    CAPTURE(i);
    const double told = model.seconds(space.configuration(i)).value();
    CHECK(told > 0);
    CHECK(std::isfinite(told));
    if (i >= 3)
      CHECK(told ==
            Approx(Reader(space.configuration(i), *space.experiment).real("milliseconds") / 1000).epsilon(0.01));
  }
  CHECK(model.seconds(space.configuration(0)).value() < 0.005);
}

TEST_CASE("not ready before there are twice as many rows as coefficients; bad seconds are no rows") {
  const Space space = tornado(axes);
  CostModel model(*space.experiment);
  const auto index = [&](std::uint64_t i) { return space.configuration(i * 37 % space.grid.size()); };
  for (std::uint64_t i = 0; i < 100; ++i) model.add(index(i), i % 2 ? 0 : std::nan(""));
  CHECK_FALSE(model.seconds(index(0)));
  std::uint64_t rows = 0;
  while (!model.ready()) model.add(index(rows++), 1);
  // epochs, batch_size, data_multiplier, two words of augmentation, replicate and a constant need 14 rows; the next fit
  // comes at most a quarter later.
  CHECK((rows >= 14 && rows <= 17));
}

TEST_CASE("a model that is fed for ever refits ever more seldom and stays right") {
  const Space space = tornado(axes);
  CostModel model(*space.experiment);
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const Configuration c = space.configuration(i % space.grid.size());
    model.add(c, 0.1 * double(Reader(c, *space.experiment).integer("epochs")));
  }
  CHECK(model.fits() < 60);
  CHECK(model.seconds(space.configuration(space.grid.size() - 1)).value() == Approx(100).epsilon(0.01));
}
