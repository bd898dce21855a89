#pragma once

#include <cstddef>
#include <filesystem>
#include <map>

#include "search/space/configuration.hpp"

namespace stormsweep {

/// Samples a second of training, by the ranks of the gang: the median of the complete trials of `database` that differ
/// from `configuration` in epochs, gpus or replicate at most, on one kind of device with as many threads: the one with
/// the most sizes of gangs, then trials. Throws InputError: see open_for_reading.
std::map<std::size_t, double> recorded_rates(const std::filesystem::path& database, const Experiment& experiment,
                                             const Configuration& configuration);

}  // namespace stormsweep
