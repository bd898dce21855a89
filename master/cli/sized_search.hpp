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
  std::string told;  ///< a line about what was settled; empty: the space had an extent
};

/// The space as it is or, where its budget decides its extent (search/space/extent.hpp), with the extent stored in
/// `database`, else the largest that so many workers are expected to complete. Throws InputError, which begins with
/// `place`, where the cost of trainings is not known, or even the smallest extent does not fit.
SizedSearch size_search(const Space& space, const std::string& place, const std::filesystem::path& database,
                        std::size_t workers, ScheduleKind schedule);

/// "give cost.epoch_seconds, ...": the remedy for a space whose trainings have no known cost.
std::string how_to_tell_cost(const Space& space);
/// The same, with the other remedies for a space whose extent its budget should decide.
std::string how_to_settle_extent(const Space& space);

/// "7.4 h", "12.0 min", "3.1 s": `seconds` for a table.
std::string hours_text(double seconds);

/// What the extent of a space counts: "trainings" or "brackets".
std::string extent_word(const Space& space);

}  // namespace stormsweep
