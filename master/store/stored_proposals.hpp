#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>

#include "search/methods/method.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

/// What earlier runs of a search have left of its method: its width, 0 where none has been kept, and the proposals as
/// far as this version of the experiment can read them.
ProposalHistory read_proposals(SQLite::Database& database, std::int64_t search, const Experiment& experiment);

/// Gives the search `target` of `into` the width and the proposals of `search` of `from`, as far as it lacks them: each
/// proposal is made of all before it, so that without them its next run would make another search. False where `target`
/// has others: they differ in the width, in a proposal, or are of another version of the space.
bool copy_proposals(SQLite::Database& from, std::int64_t search, SQLite::Database& into, std::int64_t target);

}  // namespace stormsweep
