#pragma once

#include <cstdint>
#include <string>

#include "experiments/task/data_check.hpp"
#include "experiments/task/kept_scans.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Opens the splits. Throws InputError where they do not belong together, or the network cannot take them.
DataCheck check_nowcast_data(const Space& space, const KeptScans& kept = KeptScans());

/// Pixels of a patch's side that the network can be trained on, as near to `side` as may be.
std::int64_t trainable_side(std::int64_t side);
/// Refuses a command's --size where it is no such side, or above 4096.
void check_size(const std::string& command, std::int64_t side);

}  // namespace stormsweep
