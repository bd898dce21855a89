#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <set>
#include <string>
#include <string_view>

#include "search/space/membership.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Tells rows that belong to a search's present space from those of earlier versions and seeds: after an edit there may
/// be both (trials_by_identity, schema.hpp). For a search that decides from results, only rows that it would ask for
/// now are present: with another goal, say, other trials go on. Must outlive the last use of `condition` on the
/// connection.
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
  bool take_up(const Identity& trial) { return among_others_ && adaptive_ && asked_.insert(trial).second; }

 private:
  bool has(const std::string& configuration, std::string_view identity) const;

  const Space& space_;
  Membership membership_;
  bool among_others_, adaptive_;
  std::set<Identity> asked_;  ///< trials asked for, where it is adaptive
};

}  // namespace stormsweep
