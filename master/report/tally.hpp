#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <vector>

namespace stormsweep {

/// Creates the temporary table `table` from `rows` (SQL after FROM) in one pass, without sorting. Rows that agree in
/// the columns `keys` become one row with those keys and, for each of `values`, the columns total_name and count_name:
/// the sum of what is not NULL, as exact as one rounding allows (Neumaier, ZAMM 1974), and how many there are. An empty
/// sum is NULL; a sum that includes a word is a word. Beyond `most` different keys, which are held in memory, rows that
/// agree may become several rows. Throws SQLite::Exception.
void tally(SQLite::Database& database, const std::string& table, const std::vector<std::string>& keys,
           const std::vector<std::string>& values, const std::string& rows, std::size_t most = 10'000);

/// Names of an experiment's columns have no blanks, so these cannot clash.
std::string total_name(const std::string& value);
std::string count_name(const std::string& value);

}  // namespace stormsweep
