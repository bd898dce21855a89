#pragma once

#include <memory>

#include "experiments/task/task.hpp"

namespace stormsweep {

/// Segmentation of extreme weather: Tiramisu or DeepLabv3+ on 16 channels (Kurth et al. 2018). Data are folders of
/// samples (datasets/weather/weather_file.hpp). Each rank of a gang trains on its share of the training files, or on
/// its own draw of them, in batches of its own; it reads four of them at once, ahead of training. Validation and test
/// files are divided between the ranks. experiment.json says what the hyperparameters mean.
std::unique_ptr<Task> make_segmentation_task(const Experiment& experiment, const Configuration& configuration,
                                             const TaskContext& context);

}  // namespace stormsweep
