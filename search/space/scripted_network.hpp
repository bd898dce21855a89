#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace stormsweep {

class Field;

/// A network of the user's own as TorchScript, as her experiment.json declares it (experiments/torchscript). Its files
/// are the choices of the hyperparameter `network`.
struct ScriptedNetwork {
  std::string loss;                     ///< among scripted_losses, or a TorchScript file of (output, target) -> scalar
  std::vector<double> thresholds;       ///< of the critical success index
  std::vector<std::string> attributes;  ///< hyperparameters that training does not know: the network's own
  std::filesystem::path directory;      ///< of the experiment.json, absolute
};

/// The losses that need no file.
const std::vector<std::string>& scripted_losses();

/// What `root`, an experiment.json with a "network", declares in the words of all others: three splits of data, the
/// metrics that it names, the hyperparameters of training, and "network". Throws InputError.
nlohmann::ordered_json declared_by_network(const Field& root);

ScriptedNetwork read_network(const Field& root);

}  // namespace stormsweep
