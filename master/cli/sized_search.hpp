#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "master/schedule/expected_search.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// A space whose extent is settled.
struct SizedSearch {
  Space space;
  std::string told;  ///< a line about what was settled; empty: nothing was left to settle
};

/// A space as it is; or, where its budget decides its extent (search/space/extent.hpp), with the one that `database`
/// has kept, or else the largest that so many workers are expected to get through. Throws InputError, which begins
/// with `place`, where nothing tells what trainings take, or not one fits.
SizedSearch size_search(const Space& space, const std::string& place, const std::filesystem::path& database,
                        std::size_t workers, ScheduleKind schedule);

/// "give cost.epoch_seconds, ...": of a space where nothing tells what its trainings take.
std::string how_to_tell_cost(const Space& space);
/// The same, and what else makes a space whose budget decides its extent one that can be searched.
std::string how_to_settle_extent(const Space& space);

/// "7.4 h", "12.0 min", "3.1 s": `seconds` for a table.
std::string hours_text(double seconds);

/// What the extent of a space counts: "trainings" or "brackets".
std::string extent_word(const Space& space);

}  // namespace stormsweep
