#pragma once

#include <torch/types.h>

#include <functional>
#include <optional>

#include "models/sample_scores.hpp"
#include "search/space/scripted_network.hpp"

namespace stormsweep {

/// The losses [n] float32 of samples, with the graph for backward; a TorchScript loss gives one number for all of them,
/// which is then that of each.
using ScriptLoss = std::function<torch::Tensor(const torch::Tensor& output, const torch::Tensor& target)>;

/// Throws InputError: no such file.
ScriptLoss make_script_loss(const ScriptedNetwork& network, const torch::Device& device);

/// Whether the loss is a file.
bool is_scripted(const ScriptedNetwork& network);

/// What the loss takes the outputs to be. A script says so in an attribute `logits`; nothing where it has none. Throws
/// InputError: no such file.
std::optional<OutputScale> output_scale(const ScriptedNetwork& network);

}  // namespace stormsweep
