#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <set>
#include <string>

#include "search/space/configuration.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Tells which trials that have ended a run would come to before limits.trials or limits.target ends it, if they were
/// to be trained again: any others would wait for ever. Must outlive the last use of `condition` on the connection.
class WithinLimits {
 public:
  /// `present`: SQL, the rows that the search counts (PresentRows).
  WithinLimits(SQLite::Database& database, const Space& space, const std::string& present);
  WithinLimits(const WithinLimits&) = delete;
  WithinLimits& operator=(const WithinLimits&) = delete;

  /// " AND ..." on columns of `trials`; empty where there are no such limits.
  std::string condition() const { return limited_ ? " AND within_limits(identity)" : ""; }

 private:
  bool limited_;
  std::set<Identity> trials_;
};

}  // namespace stormsweep
