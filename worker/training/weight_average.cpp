#include "worker/training/weight_average.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <string>
#include <utility>

namespace stormsweep {

WeightAverage::WeightAverage(std::vector<torch::Tensor> parameters, double decay)
    : parameters_(std::move(parameters)), decay_(decay) {
  for (const auto& parameter : parameters_) means_.push_back(parameter.detach().clone());
}

void WeightAverage::update() {
  const torch::NoGradGuard no_gradient;
  const auto steps = static_cast<double>(++steps_);
  const double decay = std::min(decay_, (1 + steps) / (10 + steps));
  for (std::size_t i = 0; i < means_.size(); ++i) means_[i].lerp_(parameters_[i], 1 - decay);
}

void WeightAverage::show() {
  const torch::NoGradGuard no_gradient;
  for (std::size_t i = 0; i < means_.size(); ++i) {
    trained_.push_back(parameters_[i].detach().clone());
    parameters_[i].copy_(means_[i]);
  }
}

void WeightAverage::hide() {
  const torch::NoGradGuard no_gradient;
  for (std::size_t i = 0; i < trained_.size(); ++i) parameters_[i].copy_(trained_[i]);
  trained_.clear();
}

void WeightAverage::save(torch::serialize::OutputArchive& archive) const {
  archive.write("steps", c10::IValue(steps_));
  for (std::size_t i = 0; i < means_.size(); ++i) archive.write("mean" + std::to_string(i), means_[i]);
}

void WeightAverage::load(torch::serialize::InputArchive& archive) {
  c10::IValue steps;
  archive.read("steps", steps);
  steps_ = steps.toInt();
  for (std::size_t i = 0; i < means_.size(); ++i) archive.read("mean" + std::to_string(i), means_[i]);
}

}  // namespace stormsweep
