#pragma once

#include <cstddef>
#include <filesystem>
#include <map>

#include "search/space/configuration.hpp"

namespace stormsweep {

/// Training samples per second by number of ranks: the median over complete trials of `database` that differ from
/// `configuration` only in epochs, gpus or replicate. Only trials on one kind of device and number of threads count:
/// the one with the most gang sizes, then with the most trials. Throws InputError: see open_for_reading.
std::map<std::size_t, double> recorded_rates(const std::filesystem::path& database, const Experiment& experiment,
                                             const Configuration& configuration);

}  // namespace stormsweep
