#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>

namespace stormsweep {

/// A rung with trials that did not complete, of a bracket that has gone on without them.
struct DecidedRung {
  std::string search;
  std::int64_t bracket, rung;
};

/// A decided rung with a trial for which `condition` holds, while `later` holds for a trial of a later rung (SQL on
/// columns of `trials`). If the first trial were trained again and completed, others might have gone on.
std::optional<DecidedRung> find_decided_rung(SQLite::Database& database, const std::string& condition,
                                             const std::string& later = "1");

}  // namespace stormsweep
