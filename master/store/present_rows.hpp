#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <set>
#include <string>
#include <string_view>

#include "search/space/membership.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Tells the present rows of a search from others: those of earlier versions and seeds (after an edit there may be
/// both: trials_by_identity, schema.hpp), and those that its method does not ask for: a random search draws only some
/// of its space, and fewer after its trials were lowered; a halving with another goal goes on with others. A search of
/// a whole grid, or one that only limits.hours ends, asks for all of its space. Must outlive the last use of
/// `condition` on the connection.
class PresentRows {
 public:
  PresentRows(SQLite::Database& database, const Space& space);
  PresentRows(const PresentRows&) = delete;
  PresentRows& operator=(const PresentRows&) = delete;

  /// Whether the table may have rows that are not present.
  bool among_others() const { return among_others_; }
  /// " AND ..." on columns of `trials`; empty where all rows are present.
  std::string condition() const { return among_others_ ? " AND in_space(configuration, identity)" : ""; }
  /// The search now asks for a stored trial. Returns whether its row was not present before.
  bool take_up(const Identity& trial) {
    return among_others_ && is_adaptive(space_.method) && asked_.insert(trial).second;
  }

 private:
  bool has(const std::string& configuration, std::string_view identity) const;

  const Space& space_;
  Membership membership_;
  bool chooses_, among_others_;
  std::set<Identity> asked_;  ///< trials asked for, where it chooses them from its space
};

}  // namespace stormsweep
