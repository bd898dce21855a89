#pragma once

#include <map>
#include <string>
#include <string_view>

namespace stormsweep {

// Texts that are embedded at build time.

/// experiments/<name>/experiment.json, by name.
const std::map<std::string, std::string_view>& embedded_experiments();

/// search/space/training.json: the hyperparameters that every training has.
std::string_view embedded_training();

/// search/space/scripted_network.json: the hyperparameters of every experiment with a network of the user's own, and
/// the metrics, each of validation and of test.
std::string_view embedded_scripted_network();

}  // namespace stormsweep
