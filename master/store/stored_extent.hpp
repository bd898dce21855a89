#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <optional>

#include "search/space/space.hpp"

namespace stormsweep {

/// The extent that the search of that name has been given for the budget of `space` (search/space/extent.hpp): what was
/// chosen once holds for every later run, as long as neither the limits nor the numbering of its trainings change.
/// Nothing where there is none, or no such file.
std::optional<std::uint64_t> read_extent(const std::filesystem::path& file, const Space& space);

/// Keeps the extent of `sized` there, whose search exists, and takes its text for that of the search: whoever reads the
/// database knows how far it goes. The table (`budgets`) is made when it is first needed.
void keep_extent(const std::filesystem::path& file, const Space& sized);

/// Gives the search `target` of `into` what `search` of `from` has been given, if anything. False where `target` has
/// been given something else.
bool copy_extent(SQLite::Database& from, std::int64_t search, SQLite::Database& into, std::int64_t target);

}  // namespace stormsweep
