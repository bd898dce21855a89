#pragma once

#include <memory>

#include "models/segmentation_network.hpp"
#include "search/space/configuration.hpp"

namespace stormsweep {

/// Whether the network that a configuration asks for has batch norm.
bool uses_batch_norm(const Reader& read);

/// The network that a configuration asks for; `seed` decides its weights.
std::shared_ptr<SegmentationNetwork> make_network(const Reader& read, std::uint64_t seed);

}  // namespace stormsweep
