#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>

#include "search/methods/method.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

/// What earlier runs of a search have stored of its method: the width, 0 where there is none, and the proposals up to
/// the first that this version of the experiment cannot read.
ProposalHistory read_proposals(SQLite::Database& database, std::int64_t search, const Experiment& experiment);

/// Store::unproposed, of trials of that experiment and seed.
std::vector<Configuration> read_unproposed(SQLite::Database& database, std::int64_t search,
                                           const Experiment& experiment, std::uint64_t seed);

/// Copies the width and the proposals of `search` in `from` to `target` in `into`, as far as it lacks them. Each
/// proposal depends on all before it, so without them the next run would be another search. False where `target` has
/// others: another width or proposal, or those of another version of the space.
bool copy_proposals(SQLite::Database& from, std::int64_t search, SQLite::Database& into, std::int64_t target);

}  // namespace stormsweep
