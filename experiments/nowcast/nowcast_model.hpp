#pragma once

#include <cstdint>
#include <memory>

#include "models/nowcast_network.hpp"
#include "search/space/configuration.hpp"

namespace stormsweep {

/// The network that the hyperparameters describe, its convolutions in `convolution_type`.
std::unique_ptr<NowcastNetwork> nowcast_network(const Reader& read, torch::ScalarType convolution_type,
                                                std::uint64_t seed);

}  // namespace stormsweep
