#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace stormsweep {

/// Makes `deviation(x)` known to SQL: the standard deviation of a sample, sqrt(sum of (x - mean)^2 / (n - 1)), of what
/// is not NULL; NULL of fewer than two. By Welford's updates (Technometrics 1962), which do not cancel.
void add_deviation(SQLite::Database& database);

}  // namespace stormsweep
