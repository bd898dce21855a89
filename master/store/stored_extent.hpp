#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <optional>

#include "search/space/space.hpp"

namespace stormsweep {

/// The extent stored for the search `space.name` and the budget of `space` (search/space/extent.hpp). Once chosen it
/// holds for every later run, until the limits or the numbering of its trainings change. Nothing where none is stored,
/// or there is no such file.
std::optional<std::uint64_t> read_extent(const std::filesystem::path& file, const Space& space);

/// Stores the extent of `sized`, whose search exists, and replaces the search's space by the text of `sized`, so that
/// readers of the database know how far the search goes. The table (`budgets`) is created on first use.
void keep_extent(const std::filesystem::path& file, const Space& sized);

/// Copies the extent of `search` in `from`, if any, to `target` in `into`. False where `target` has another one.
bool copy_extent(SQLite::Database& from, std::int64_t search, SQLite::Database& into, std::int64_t target);

}  // namespace stormsweep
