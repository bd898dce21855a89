#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <string_view>
#include <vector>

namespace stormsweep {

/// What the table `columns` knows of the experiments in a file; the views are made from it.
enum class ColumnKind { hyperparameter, metric, profile };
std::string_view to_string(ColumnKind kind);

/// The names of one kind, in the order in which they were declared, of one experiment, or of all where it is empty.
std::vector<std::string> column_names(SQLite::Database& database, ColumnKind kind, std::string_view experiment = {});

/// Makes sure that `columns` has all `names`, whoever declared them first. Returns whether one was new: then the views
/// are to be made anew (schema.hpp).
bool declare(SQLite::Database& database, ColumnKind kind, std::string_view experiment,
             const std::vector<std::string>& names);

}  // namespace stormsweep
