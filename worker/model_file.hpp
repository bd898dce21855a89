#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <string>

#include "search/configuration.hpp"
#include "search/experiment.hpp"

namespace stormsweep {

/// A trained network as `run --keep-best` keeps it and `forecast` reads it: a LibTorch archive of the experiment's
/// name, every hyperparameter (JSON text), and the network's parameters and buffers (normalisation among them).
struct ModelFile {
  const Experiment* experiment = nullptr;
  Configuration configuration;
  torch::serialize::InputArchive network;  ///< for torch::nn::Module::load
};

/// The file appears whole or not at all. Throws std::exception where it cannot be written.
void save_model(const std::filesystem::path& file, const Experiment& experiment, const Configuration& configuration,
                torch::nn::Module& network);

/// Throws DataError, with the remedy: missing, not such a file, of another experiment than `experiment` (a name).
ModelFile load_model(const std::filesystem::path& file, const std::string& experiment);

}  // namespace stormsweep
