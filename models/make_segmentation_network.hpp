#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "models/segmentation_network.hpp"

namespace stormsweep {

/// `name`: tiramisu or deeplabv3plus, anything else throws std::invalid_argument. Weights are drawn from `seed` alone.
std::shared_ptr<SegmentationNetwork> make_segmentation_network(std::string_view name,
                                                               const SegmentationNetworkOptions& options,
                                                               std::uint64_t seed);

}  // namespace stormsweep
