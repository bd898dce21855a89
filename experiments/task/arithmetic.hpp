#pragma once

#include <torch/types.h>

#include "search/space/configuration.hpp"

namespace stormsweep {

/// The type in which convolutions compute, by the hyperparameter `precision`; tf32 is float32 to whoever holds it.
torch::ScalarType arithmetic(const Reader& read);

/// Throws InputError where `device` does not compute in the `precision` asked for.
void check_arithmetic(const Reader& read, const torch::Device& device);

}  // namespace stormsweep
