#pragma once

#include <filesystem>

namespace stormsweep {

/// Prints what is in the splits of a folder, and the statistics of training. Throws InputError.
void print_climate_table(const std::filesystem::path& folder);

}  // namespace stormsweep
