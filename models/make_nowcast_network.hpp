#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "models/nowcast_network.hpp"

namespace stormsweep {

/// `name`: samsi (NowcastCnn) or unet (NowcastUnet); anything else throws std::invalid_argument. Weights are drawn from
/// `seed` alone.
std::unique_ptr<NowcastNetwork> make_nowcast_network(std::string_view name, const NowcastOptions& options,
                                                     std::uint64_t seed);

}  // namespace stormsweep
