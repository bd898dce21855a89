#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/space/experiment.hpp"
#include "search/space/trainings.hpp"
#include "worker/channel/all_reduce.hpp"
#include "worker/training/learning_rate.hpp"

namespace stormsweep {

/// How to train, beyond what the task knows.
struct TrainingPlan {
  std::vector<std::int64_t> milestones;  ///< ascending epochs, each a trial; the last is the training's length
  std::string optimizer = "adam";        ///< worker/training/optimizer.hpp
  LearningRate learning_rate = {};
  double gradient_clip = 0;   ///< largest norm of all gradients together (Pascanu et al. 2013); 0: no limit
  double weight_average = 0;  ///< worker/training/weight_average.hpp; 0: none
  int gradient_lag = 0;       ///< worker/training/gradients.hpp
  TransferPrecision gradient_transfer = TransferPrecision::fp32;  ///< between the ranks of a gang
  bool retry_out_of_memory = false;                               ///< halve the micro-batch and try the step again
  bool scale_loss = false;                 ///< for gradients in fp16 (worker/training/loss_scale.hpp)
  double peak = 0;                         ///< FLOP/s that count as 100 % for this rank; 0: not known
  std::optional<double> trial_hours = {};  ///< a training that takes longer, without loading, is ended
};

/// Reads the hyperparameters of training that every experiment has; without milestones, `epochs` is the only one.
TrainingPlan make_plan(const Training& training, const Experiment& experiment);

}  // namespace stormsweep
