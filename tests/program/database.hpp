#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace stormsweep {

/// The rows that `sql` selects, each as text with '|' between columns, NULL as "NULL" and reals with all their digits.
/// Waits where the database is being written to. Throws SQLite::Exception.
std::vector<std::string> query(const std::filesystem::path& database, const std::string& sql);

/// The one number that `sql` selects; 0 where there is no database, or no tables in it, yet.
std::int64_t number(const std::filesystem::path& database, const std::string& sql);

}  // namespace stormsweep
