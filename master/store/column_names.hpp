#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <string_view>
#include <vector>

namespace stormsweep {

/// The table `columns`: the columns of all experiments in a file, from which the views are made.
enum class ColumnKind { hyperparameter, metric, profile };
std::string_view to_string(ColumnKind kind);

/// The names of one kind, in the order in which they were declared, of one experiment, or of all where it is empty.
std::vector<std::string> column_names(SQLite::Database& database, ColumnKind kind, std::string_view experiment = {});

/// Adds `names` that the table `columns` lacks. Returns whether one was new: then the views must be recreated
/// (schema.hpp).
bool declare(SQLite::Database& database, ColumnKind kind, std::string_view experiment,
             const std::vector<std::string>& names);

}  // namespace stormsweep
