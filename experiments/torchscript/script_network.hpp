#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "datasets/tensors/tensor_set.hpp"
#include "search/space/value.hpp"

namespace stormsweep {

/// A TorchScript file. Throws InputError: missing, or not readable by this LibTorch.
torch::jit::Module load_script(const std::filesystem::path& file);

/// A network that a user has exported by torch.jit.script or torch.jit.trace, for the training loop: its parameters,
/// except those that need no gradient, and its buffers are the script's own. It runs operator by operator, as PyTorch
/// does without compilation, so that a training that is stopped and goes on gives the same bits.
class ScriptNetwork : public torch::nn::Module {
 public:
  /// Throws InputError: not readable, without a parameter, a method other than the two below that assigns an attribute,
  /// or a hyperparameter that its method `hyperparameters()` does not name, that is no attribute of the value's type,
  /// or that has another value in the file and is read by no method.
  ///
  /// Its method `reset_parameters()`, where it has one, draws the first weights, from `seed` alone; otherwise training
  /// begins with those in the file. `statistics`, if not empty, standardise its input.
  ScriptNetwork(const std::filesystem::path& file, const std::map<std::string, Value>& hyperparameters,
                std::uint64_t seed, const TensorStatistics& statistics, const torch::Device& device);

  bool draws_weights() const { return draws_weights_; }

  /// Convolutions and products in arithmetic of `type`, the output in float32. Throws std::runtime_error that names the
  /// file and the line of the user's source, or std::bad_alloc.
  torch::Tensor forward(const torch::Tensor& input, torch::ScalarType type = torch::kFloat32);

  /// Parts that were saved in evaluation mode within a network that was not, such as a frozen batch norm, stay in it.
  void train(bool on = true) override;

  /// Writes TorchScript that takes inputs as they are in the data, in evaluation mode. The file appears whole or not at
  /// all; throws InputError.
  void write(const std::filesystem::path& file) const;

 private:
  std::filesystem::path file_;
  torch::jit::Module script_;  ///< the user's, within what standardises its input
  std::vector<torch::jit::Module> frozen_;
  torch::Device device_;
  bool draws_weights_ = false;
};

}  // namespace stormsweep
