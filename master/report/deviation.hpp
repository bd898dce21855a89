#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace stormsweep {

/// Adds the SQL aggregate `deviation(x)`: the sample standard deviation, sqrt(sum of (x - mean)^2 / (n - 1)), of values
/// that are not NULL; NULL for fewer than two. By Welford's updates (Technometrics 1962), which avoid cancellation.
void add_deviation(SQLite::Database& database);

}  // namespace stormsweep
