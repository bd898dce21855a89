#pragma once

#include <string>
#include <vector>

namespace stormsweep {

/// `stormsweep-worker size SPACE CONFIGURATION...`: builds the network of each configuration (JSON as to_json writes
/// it) for the space's data, and prints as one line of JSON an array of {"forward_flops": of a sample, "buckets":
/// [numbers that a gang sums together, in the order in which backward completes them]}. Temporary files are in a folder
/// of its own, which it removes. Throws InputError: the experiment has no network, or the data do not suit it.
int size_command(const std::vector<std::string>& arguments);

}  // namespace stormsweep
