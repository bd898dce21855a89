#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <vector>

namespace stormsweep {

/// Makes the temporary table `table` of `rows`, what follows FROM, in one pass and without sorting them: of those that
/// agree in the columns `keys` one row, with these, and of each of `values` the columns total_name and count_name: the
/// sum of what is not NULL, as exact as one rounding allows (Neumaier, ZAMM 1974), and of how many it is. The sum of
/// none is NULL, and that of what has a word among it a word. Where rows differ in more than `most` ways, which are
/// held in memory, some that agree make several rows. Throws SQLite::Exception.
void tally(SQLite::Database& database, const std::string& table, const std::vector<std::string>& keys,
           const std::vector<std::string>& values, const std::string& rows, std::size_t most = 10'000);

/// No experiment's column has such a name: theirs have no blanks.
std::string total_name(const std::string& value);
std::string count_name(const std::string& value);

}  // namespace stormsweep
