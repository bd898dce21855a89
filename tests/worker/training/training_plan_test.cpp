#include "worker/training/training_plan.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

/// A training of an experiment with these hyperparameters, the others at their defaults.
TrainingPlan plan_of(const std::string& name, const std::map<std::string, Value>& settings) {
  const Experiment& experiment = find_experiment(name, "test");
  Configuration configuration;
  for (const Hyperparameter& h : experiment.hyperparameters) configuration.values.push_back(h.fallback);
  for (const auto& [key, value] : settings) configuration.values[experiment.find(key).value()] = value;
  return make_plan({.id = TrainingId{0}, .configuration = configuration, .milestones = {2, 5}}, experiment);
}

}  // namespace

TEST_CASE("a plan has what the configuration says, field by field") {
  const TrainingPlan plain = plan_of("nowcast", {});
  CHECK(plain.gradient_clip == 0);
  CHECK(plain.weight_average == 0);
  CHECK(plain.gradient_lag == 0);
  CHECK(plain.gradient_transfer == TransferPrecision::fp32);
  CHECK_FALSE(plain.scale_loss);

  const TrainingPlan plan = plan_of("nowcast", {{"optimizer", std::string("rmsprop")},
                                                {"learning_rate", 0.25},
                                                {"gradient_clip", 1.5},
                                                {"weight_average", 0.75},
                                                {"gradient_lag", std::int64_t{1}},
                                                {"gradient_precision", std::string("bf16")}});
  CHECK(plan.milestones == std::vector<std::int64_t>{2, 5});
  CHECK(plan.optimizer == "rmsprop");
  CHECK(plan.learning_rate.base == 0.25);
  CHECK(plan.gradient_clip == 1.5);
  CHECK(plan.weight_average == 0.75);
  CHECK(plan.gradient_lag == 1);
  CHECK(plan.gradient_transfer == TransferPrecision::bf16);

  CHECK(plan_of("segmentation", {{"precision", std::string("fp16")}}).scale_loss);
  CHECK_FALSE(plan_of("segmentation", {{"precision", std::string("bf16")}}).scale_loss);
  CHECK(plan_of("segmentation", {{"learning_rate_schedule", std::string("poly")}}).learning_rate.length == 5);
}
