#pragma once

#include <string>
#include <vector>

namespace stormsweep {

/// `stormsweep-worker size SPACE CONFIGURATION...`: builds the network of each configuration (JSON as to_json writes
/// it) for the space's data, and prints as one line of JSON an array of {"forward_flops": of a sample, "buckets":
/// [numbers that a gang sums together, in the order in which backward completes them]}. What it must write on the way
/// lies in a folder of its own that goes with it. Throws InputError: no network, or data that do not fit.
int size_command(const std::vector<std::string>& arguments);

}  // namespace stormsweep
