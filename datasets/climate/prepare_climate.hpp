#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace stormsweep {

/// What a user should know about prepared data, one line each: gaps, overlaps, regridding, months left out.
using ClimateNotes = std::vector<std::string>;

/// Reads what `manifest` names (datasets/climate/climate_manifest.hpp) and writes train.h5, test.h5 and, where the
/// manifest has them, validation.h5 and forecast.h5 into `folder`, which is made if need be: all of them, or none.
/// `progress` is given the share done.
///
/// - tas comes out in K, pr in mm/day. Targets are monthly; yearly ones, such as ClimateBench's outputs, are refused: a
///   year does not say what its months were. Forcings may be yearly.
/// - Missing months divide a member into runs. On a coarser grid a missing cell is left out of the mean of those around
///   it; a cell that then has no value is refused.
/// - Forcings are kept from 24 months, the longest window, before the first target on, where they are known that early.
/// - A month of a member is in one split at most.
/// Throws InputError, one line with the remedy.
ClimateNotes prepare_climate(const std::filesystem::path& manifest, const std::filesystem::path& folder,
                             const std::function<void(double)>& progress);

}  // namespace stormsweep
