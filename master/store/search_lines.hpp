#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "master/store/json_lines.hpp"

namespace stormsweep {

/// Writes a line for each trial of a search that has ended to `json`, which is the empty `file`, and notes in the
/// database how long it is.
void write_search_lines(SQLite::Database& database, std::int64_t search, std::string_view name,
                        const std::filesystem::path& file, JsonLines& json);

}  // namespace stormsweep
