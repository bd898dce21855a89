#include "worker/training/learning_rate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace stormsweep {

double LearningRate::at(double epochs) const {
  double rate = base;
  if (scale != 1) {
    const double grown = warmup_epochs > 0 ? std::min(1.0, epochs / static_cast<double>(warmup_epochs)) : 1;
    rate *= 1 + (scale - 1) * grown;
  }
  switch (schedule) {
    case Schedule::constant:
      return rate;
    case Schedule::poly:
      return rate * std::pow(std::max(0.0, 1 - epochs / length), power);
    case Schedule::exp:
      return rate * std::pow(decay, epochs / decay_epochs);
    case Schedule::piecewise:
      return rate * std::pow(decay, std::floor(epochs / decay_epochs));
    case Schedule::cosine:
      return end + (rate - end) * (1 + std::cos(std::numbers::pi * std::min(1.0, epochs / length))) / 2;
  }
  return rate;
}

LearningRate read_learning_rate(const Configuration& configuration, const Experiment& experiment, std::uint32_t gang,
                                std::int64_t length) {
  const Reader read(configuration, experiment);
  LearningRate rate;
  rate.base = read.real("learning_rate");
  if (read.choice("learning_rate_scaling") == "linear") rate.scale = gang;
  rate.warmup_epochs = read.integer("warmup_epochs");
  if (!experiment.find("learning_rate_schedule")) return rate;
  const std::string& schedule = read.choice("learning_rate_schedule");
  rate.schedule = schedule == "poly"        ? LearningRate::Schedule::poly
                  : schedule == "exp"       ? LearningRate::Schedule::exp
                  : schedule == "piecewise" ? LearningRate::Schedule::piecewise
                  : schedule == "cosine"    ? LearningRate::Schedule::cosine
                                            : LearningRate::Schedule::constant;
  if (experiment.find("learning_rate_power")) rate.power = read.real("learning_rate_power");
  if (experiment.find("learning_rate_decay")) rate.decay = read.real("learning_rate_decay");
  if (experiment.find("decay_epochs")) rate.decay_epochs = static_cast<double>(read.integer("decay_epochs"));
  if (experiment.find("learning_rate_end")) rate.end = read.real("learning_rate_end");
  rate.length = static_cast<double>(length);
  return rate;
}

}  // namespace stormsweep
