#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "master/store/row_outcomes.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// How many configurations random and sobol draw, where they need not draw all of the space.
std::optional<std::uint64_t> most_drawn(const Space& space);

/// Told of one trial of a training, and of its row, null where it has none. False ends the replay.
using Visit = std::function<bool(const Training&, const RowOutcomes::value_type* row)>;

/// Replays a search from its rows: visits the trials that its method asks for, in that order, as far as the proposals
/// that are stored go.
void replay(SQLite::Database& database, const Space& space, const Visit& visit);

}  // namespace stormsweep
