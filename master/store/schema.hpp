#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <string_view>
#include <vector>

#include "search/space/experiment.hpp"

namespace stormsweep {

/// SQLite's application_id of our files ("SWEP"), and their user_version: raised whenever a table changes.
inline constexpr int application_id = 0x53574550;
inline constexpr int schema_version = 2;  // 2: trials.peak_share

/// Makes the tables of a new file:
///
/// searches: one row a search; json_file and json_bytes say how much of the JSON lines agrees with the database;
///   writer_* is the process that writes the search now, or NULL.
/// trials: one row a trial, unique in (search, identity), see index_identities; times are seconds since 1970-01-01 UTC.
/// `curve` is the key of the
///   training that it belongs to, `milestone` its length in epochs (NULL without milestones).
/// epochs: the curves, once a training; `curve` is the identity of its configuration without the milestone, so that it
///   outlives edits of the space.
/// columns: hyperparameters, metrics and profiles (as profile_view.hpp writes them) of each experiment, as declared or
///   first seen: the views are made from it.
void create_tables(SQLite::Database& database);

/// Brings the tables of an older file up to date; its rows stay, what they do not know is NULL.
void upgrade_tables(SQLite::Database& database);

/// Identities are hashes: an index on them alone is written all over at every commit, which makes 25,000 rows a second
/// of 70,000 (measured). As long as a search has had one numbering of its trainings, (search, training, identity) is
/// unique just when (search, identity) is, and grows at its end. This makes the other index too, for a search whose
/// grid is edited.
void index_identities(SQLite::Database& database);
/// Whether it was made.
bool identities_indexed(SQLite::Database& database);

enum class ColumnKind { hyperparameter, metric, profile };
std::string_view to_string(ColumnKind kind);

/// The names of one kind, in the order in which they were declared, of one experiment, or of all where it is empty.
std::vector<std::string> columns(SQLite::Database& database, ColumnKind kind, std::string_view experiment = {});

/// Makes sure that the views have columns for `names`, whoever declared them first. Returns whether one was new.
bool declare(SQLite::Database& database, ColumnKind kind, std::string_view experiment,
             const std::vector<std::string>& names);

/// Drops and makes the views `results` (a row a trial), `curves` (a row an epoch of a trial) and those of profiles for
/// all declared columns. Flags are 0 or 1; undefined metrics are NULL; `started` and `finished` are ISO 8601 in UTC.
void create_views(SQLite::Database& database);

}  // namespace stormsweep
