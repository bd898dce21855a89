#pragma once

#include <doctest/doctest.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include "tests/models/measures.hpp"
#include "worker/training/device_arithmetic.hpp"

namespace stormsweep {

/// The first GPU, set up as by a worker; without one the test ends, and says so.
#define REQUIRE_GPU(name)                    \
  if (!torch::cuda::is_available()) {        \
    MESSAGE("no GPU");                       \
    return;                                  \
  }                                          \
  const torch::Device name(torch::kCUDA, 0); \
  use_device(name)

}  // namespace stormsweep
