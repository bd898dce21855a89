#include "worker/training/learning_rate.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace stormsweep;
using doctest::Approx;

namespace {

LearningRate falling(LearningRate::Schedule schedule) {
  LearningRate rate{0.1};
  rate.schedule = schedule;
  rate.power = 2;
  rate.decay = 0.25;
  rate.decay_epochs = 4;
  rate.length = 10;
  rate.end = 0.02;
  return rate;
}

}  // namespace

TEST_CASE("schedules of the learning rate, by hand") {
  const auto constant = falling(LearningRate::Schedule::constant), poly = falling(LearningRate::Schedule::poly);
  const auto exp = falling(LearningRate::Schedule::exp), piecewise = falling(LearningRate::Schedule::piecewise);
  CHECK(constant.at(9.5) == 0.1);
  CHECK(poly.at(0) == 0.1);
  CHECK(poly.at(5) == Approx(0.025));
  CHECK(poly.at(10) == 0);
  CHECK(exp.at(0) == 0.1);
  CHECK(exp.at(2) == Approx(0.05));
  CHECK(exp.at(8) == Approx(0.1 / 16));
  CHECK(piecewise.at(3.99) == 0.1);
  CHECK(piecewise.at(4) == Approx(0.025));
  CHECK(piecewise.at(11.9) == Approx(0.1 / 16));
  const auto cosine = falling(LearningRate::Schedule::cosine);
  CHECK(cosine.at(0) == Approx(0.1));
  CHECK(cosine.at(2.5) == Approx(0.02 + 0.08 * (1 + std::sqrt(0.5)) / 2));
  CHECK(cosine.at(5) == Approx(0.06));
  CHECK(cosine.at(10) == Approx(0.02));
}

TEST_CASE("a scaled rate grows over the warm-up, and falls by its schedule all the same") {
  LearningRate rate = falling(LearningRate::Schedule::exp);
  rate.scale = 3;
  rate.warmup_epochs = 2;
  CHECK(rate.at(0) == Approx(0.1));
  CHECK(rate.at(1) == Approx(0.1 * 2 * std::pow(0.25, 0.25)));
  CHECK(rate.at(4) == Approx(0.1 * 3 * 0.25));
}

TEST_CASE("the schedule is read where the experiment declares one") {
  const Experiment& segmentation = find_experiment("segmentation", "test");
  Configuration configuration;
  for (const Hyperparameter& h : segmentation.hyperparameters) configuration.values.push_back(h.fallback);
  configuration.values[*segmentation.find("learning_rate_schedule")] = std::string("poly");
  configuration.values[*segmentation.find("learning_rate_scaling")] = std::string("linear");
  const LearningRate rate = read_learning_rate(configuration, segmentation, 4, 20);
  CHECK(rate.at(0) == Approx(0.004));
  CHECK(rate.at(10) == Approx(0.004 * std::pow(0.5, 0.9)));

  configuration.values[*segmentation.find("learning_rate_power")] = 2.0;
  configuration.values[*segmentation.find("learning_rate_decay")] = 0.25;
  configuration.values[*segmentation.find("decay_epochs")] = std::int64_t{4};
  CHECK(read_learning_rate(configuration, segmentation, 4, 20).at(10) == Approx(0.004 / 4));
  configuration.values[*segmentation.find("learning_rate_schedule")] = std::string("exp");
  CHECK(read_learning_rate(configuration, segmentation, 4, 20).at(2) == Approx(0.004 / 2));
  configuration.values[*segmentation.find("learning_rate_schedule")] = std::string("piecewise");
  CHECK(read_learning_rate(configuration, segmentation, 4, 20).at(2) == Approx(0.004));
  CHECK(read_learning_rate(configuration, segmentation, 4, 20).at(4) == Approx(0.004 / 4));

  const Experiment& emulator = find_experiment("emulator", "test");
  Configuration published;
  for (const Hyperparameter& h : emulator.hyperparameters) published.values.push_back(h.fallback);
  const LearningRate falls = read_learning_rate(published, emulator, 1, 100);
  CHECK(falls.at(0) == Approx(1e-4));
  CHECK(falls.at(50) == Approx((1e-4 + 1e-6) / 2));
  CHECK(falls.at(100) == Approx(1e-6));

  const Experiment& tornado = find_experiment("tornado", "test");
  Configuration plain;
  for (const Hyperparameter& h : tornado.hyperparameters) plain.values.push_back(h.fallback);
  CHECK(read_learning_rate(plain, tornado, 1, 20).schedule == LearningRate::Schedule::constant);
}
