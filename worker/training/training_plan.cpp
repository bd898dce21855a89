#include "worker/training/training_plan.hpp"

#include "experiments/task/arithmetic.hpp"
#include "search/space/configuration.hpp"

namespace stormsweep {

TrainingPlan make_plan(const Training& training, const Experiment& experiment) {
  const Reader read(training.configuration, experiment);
  TrainingPlan plan;
  plan.milestones = training.milestones;
  if (plan.milestones.empty()) plan.milestones = {read.integer("epochs")};
  plan.optimizer = read.choice("optimizer");
  plan.learning_rate = read_learning_rate(training.configuration, experiment, training.gang, plan.milestones.back());
  if (experiment.find("gradient_clip")) plan.gradient_clip = read.real("gradient_clip");
  if (experiment.find("weight_average")) plan.weight_average = read.real("weight_average");
  plan.gradient_lag = static_cast<int>(read.integer("gradient_lag"));
  plan.gradient_transfer =
      read.choice("gradient_precision") == "bf16" ? TransferPrecision::bf16 : TransferPrecision::fp32;
  plan.scale_loss = arithmetic(read) == torch::kFloat16;
  return plan;
}

}  // namespace stormsweep
