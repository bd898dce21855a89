#pragma once

#include <cstdint>

#include "search/space/configuration.hpp"

namespace stormsweep {

/// The step size as a function of training progress.
struct LearningRate {
  enum class Schedule { constant, poly, exp, piecewise, cosine };

  double base = 1e-3;
  double scale = 1;  ///< factor on the rate, reached from 1 over the warm-up (Goyal et al. 2017, section 2.2)
  std::int64_t warmup_epochs = 0;  ///< 0: scaled from the start
  Schedule schedule = Schedule::constant;
  double power = 0.9;  ///< poly: (1 - epochs / length)^power
  double decay = 0.5;  ///< exp: decay^(epochs / decay_epochs); piecewise: the same with the exponent rounded down
  double decay_epochs = 10;
  double end = 0;     ///< cosine: the rate at the end, to which it falls along half a wave (Loshchilov and Hutter 2017)
  double length = 0;  ///< poly, cosine: epochs of the whole training

  /// The rate of the step that begins after `epochs`, which may have a fraction.
  double at(double epochs) const;
};

/// Reads the hyperparameters of the learning rate: learning_rate, learning_rate_scaling (by `gang` ranks) and
/// warmup_epochs, which every experiment has, and learning_rate_schedule with those of its parameters that the
/// experiment declares. `length` in epochs.
LearningRate read_learning_rate(const Configuration& configuration, const Experiment& experiment, std::uint32_t gang,
                                std::int64_t length);

}  // namespace stormsweep
