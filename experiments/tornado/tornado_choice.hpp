#pragma once

#include "datasets/storms/storm_labels.hpp"
#include "models/tornado_cnn.hpp"
#include "search/space/configuration.hpp"

namespace stormsweep {

// What hyperparameters of experiment.json choose.

TornadoCnnOptions network_options(const Reader& read);
LabelRule label_rule(const Reader& read);

}  // namespace stormsweep
