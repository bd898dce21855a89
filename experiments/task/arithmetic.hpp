#pragma once

#include <torch/types.h>

#include "search/space/configuration.hpp"

namespace stormsweep {

/// The type in which convolutions compute, by the hyperparameter `precision`.
torch::ScalarType arithmetic(const Reader& read);

}  // namespace stormsweep
