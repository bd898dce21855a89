#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <optional>
#include <string>

#include "search/methods/method.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// The rows of a search, of this and earlier versions of its space: how they have ended, if they have.
using RowOutcomes = std::map<Identity, std::optional<Ended>>;

/// Damaged rows are not among them. The values are those that `space` decides by.
RowOutcomes read_row_outcomes(SQLite::Database& database, const std::string& search, const Space& space);

}  // namespace stormsweep
