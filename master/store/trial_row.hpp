#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "search/space/trial_record.hpp"

namespace stormsweep {

/// "identity, training, ...": the columns of `trials` in the order of trial_columns.
const std::string& trial_column_list();

/// Inserts a record: parameter 1 is its search, the others are bind_record's. It replaces a row that waits or runs; a
/// terminal row stays (no row changes), because a worker taken for dead may still report a trial that another one did
/// in its place.
std::string upsert_sql();

/// Binds `record` to parameters from number `first`, one a column. Texts are borrowed: it must outlive the execution.
void bind_record(SQLite::Statement& statement, int first, const TrialRecord& record);

/// SQL: "status = 'waiting', attempt = 1, ...", assignments that make a row wait to be trained again and clear its
/// outcome.
std::string waiting_again();

/// The identity that a column holds; nothing where it holds something else.
std::optional<Identity> read_identity(const SQLite::Column& column);

/// The record in the columns from number `first` of a statement whose column 0 is the trial's id. Throws DamagedRow;
/// `search` is the name of its search.
TrialRecord read_record(SQLite::Statement& statement, int first, std::string_view search);

/// The status of that name. Throws DamagedRow, which names the trial.
Status parse_status(std::string_view name, std::int64_t trial, std::string_view search);

/// The trial as one JSON line: "search", "trial", and the columns that the view `results` shows, hyperparameters as
/// "configuration", metrics and timings as "metrics" and "timings"; times in seconds since 1970-01-01 UTC.
void append_line(std::string& out, std::string_view search, TrialId id, const TrialRecord& record);

}  // namespace stormsweep
