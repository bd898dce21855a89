#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <optional>
#include <string>

#include "search/methods/method.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// How the rows of a search have ended, if they have; those of earlier versions of its space included.
using RowOutcomes = std::map<Identity, std::optional<Ended>>;

/// Leaves out damaged rows. The values are those that `space` decides by.
RowOutcomes read_row_outcomes(SQLite::Database& database, const std::string& search, const Space& space);

}  // namespace stormsweep
