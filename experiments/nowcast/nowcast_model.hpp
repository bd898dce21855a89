#pragma once

#include <cstdint>
#include <memory>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "models/nowcast_network.hpp"
#include "search/space/configuration.hpp"

namespace stormsweep {

/// The network that the hyperparameters describe, its convolutions in `convolution_type`, for such data.
std::unique_ptr<NowcastNetwork> nowcast_network(const Reader& read, const NowcastMeta& meta,
                                                torch::ScalarType convolution_type, std::uint64_t seed);

}  // namespace stormsweep
