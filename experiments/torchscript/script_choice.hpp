#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "datasets/tensors/tensor_set.hpp"
#include "experiments/torchscript/script_network.hpp"
#include "search/space/configuration.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

/// The network that a configuration asks for, in evaluation mode.
std::unique_ptr<ScriptNetwork> choose_network(const Experiment& experiment, const Configuration& configuration,
                                              std::uint64_t seed, const TensorStatistics& statistics,
                                              const torch::Device& device);

/// Which labels the targets of a split hold, if they are integers.
struct SplitLabels {
  std::filesystem::path path;
  LabelRange range;
};

/// The network's results for two samples, and its cost. Throws InputError, naming files and shapes, where the network
/// does not take them, the loss or a metric of the experiment cannot compare the output with the target, or compares
/// classes and one of `labels` is not a class of the network.
struct ScriptTrial {
  std::vector<std::int64_t> input, output, target;  ///< shapes of one sample
  std::int64_t flops = 0;                           ///< of its forward pass
};
ScriptTrial try_network(ScriptNetwork& network, const Experiment& experiment, const Configuration& configuration,
                        const TensorSet& set, const torch::Device& device, std::span<const SplitLabels> labels = {});

/// The scores that an experiment asks for on a split, "validation" or "test", without the split's name.
std::vector<std::string> scores_of(const Experiment& experiment, const std::string& split);

}  // namespace stormsweep
