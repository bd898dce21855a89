#pragma once

#include <torch/nn/module.h>
#include <torch/serialize/archive.h>

#include <filesystem>
#include <string>

#include "search/space/configuration.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

/// A trained network as `run --keep-best` keeps it and `forecast` reads it: a LibTorch archive of the experiment's
/// name, every hyperparameter (JSON text), the task's notes, and the network's parameters and buffers.
struct ModelFile {
  const Experiment* experiment = nullptr;
  Configuration configuration;
  std::string notes;                       ///< Task::model_notes: JSON text
  torch::serialize::InputArchive network;  ///< for torch::nn::Module::load; on the CPU

  /// Computes in fp32, in whatever precision the network was trained: forecasts are short work.
  void compute_in_float32();
};

/// The file appears whole or not at all, and its folder with it. Throws InputError where it cannot be written; a full
/// disk is reported before anything stands under its name.
void save_model(const std::filesystem::path& file, const Experiment& experiment, const Configuration& configuration,
                const std::string& notes, const torch::nn::Module& network);

/// Throws InputError, with the remedy: the file is missing, no such file, damaged, of another experiment than
/// `experiment` (a name), or its experiment's hyperparameters have changed since.
ModelFile load_model(const std::filesystem::path& file, const std::string& experiment);

}  // namespace stormsweep
