#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "master/store/json_lines.hpp"

namespace stormsweep {

/// Writes a line for each ended trial of a search to `json`, whose `file` is empty, and stores its length in the
/// database.
void write_search_lines(SQLite::Database& database, std::int64_t search, std::string_view name,
                        const std::filesystem::path& file, JsonLines& json);

}  // namespace stormsweep
