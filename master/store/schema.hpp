#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace stormsweep {

/// SQLite's application_id of our files ("SWEP"), and their user_version: raised whenever a table changes.
inline constexpr int application_id = 0x53574550;
inline constexpr int schema_version = 6;  // 5: `training` in the view; 6: rank_seconds

/// Makes the tables of a new file:
///
/// searches: one row a search; json_file and json_bytes say how much of the JSON lines agrees with the database;
///   writer_* is the process that writes the search now, or NULL.
/// trials: one row a trial, unique in (search, identity), see index_identities; its columns are those of
///   search/space/trial_record.hpp. Times are seconds since 1970-01-01 UTC. `curve` is the key of the training that it
///   belongs to, `milestone` its length in epochs (NULL without milestones).
/// epochs: the curves, once a training; `curve` is the identity of its configuration without the milestone, so that it
///   outlives edits of the space.
/// columns: hyperparameters, metrics and profiles (as profile_view.hpp writes them) of each experiment, as declared or
///   first seen: the views are made from it.
void create_tables(SQLite::Database& database);

/// Upgrades the tables of an older file; its rows stay, with NULL for what they lack.
void upgrade_tables(SQLite::Database& database);

/// Identities are hashes, so an index on them alone is changed all over by every commit, which lowers 70,000 rows a
/// second to 25,000 (measured). While a search has had only one numbering of its trainings, (search, training,
/// identity) is unique exactly when (search, identity) is, and that index grows only at its end. This creates the index
/// on identities as well, once a grid has been edited.
void index_identities(SQLite::Database& database);
/// Whether index_identities was called.
bool identities_indexed(SQLite::Database& database);

/// Recreates the views `results` (a row for each trial), `curves` (a row for each epoch of a trial) and those of
/// profiles, for all declared columns. Flags are 0 or 1; undefined metrics are NULL; `started` and `finished` are ISO
/// 8601 in UTC.
void create_views(SQLite::Database& database);

}  // namespace stormsweep
