#pragma once

#include <torch/types.h>

#include "search/space/configuration.hpp"

namespace stormsweep {

/// The type in which convolutions compute, by the hyperparameter `precision`; tensors of tf32 are float32.
torch::ScalarType arithmetic(const Reader& read);

/// Throws InputError where `device` does not compute in the `precision` asked for.
void check_arithmetic(const Reader& read, const torch::Device& device);

}  // namespace stormsweep
