#pragma once

#include <map>
#include <string>

#include "search/space/configuration.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

/// The defaults, except for `values`.
inline Configuration configuration_of(const Experiment& experiment, const std::map<std::string, Value>& values = {}) {
  Configuration configuration;
  for (const Hyperparameter& h : experiment.hyperparameters)
    configuration.values.push_back(values.contains(h.name) ? values.at(h.name) : h.fallback);
  return configuration;
}

}  // namespace stormsweep
