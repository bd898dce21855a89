#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <set>
#include <string>
#include <string_view>

#include "search/space/membership.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Tells the rows of a search that are of its space as it is now from those of earlier versions and seeds: after an
/// edit both are there (trials_by_identity, schema.hpp). Of a search that decides from results only those are present
/// that it asks for as it decides now: with another goal, say, others went on. Outlived by the connection's last use of
/// `condition`.
class PresentRows {
 public:
  PresentRows(SQLite::Database& database, const Space& space);
  PresentRows(const PresentRows&) = delete;
  PresentRows& operator=(const PresentRows&) = delete;

  /// Whether there may be others.
  bool among_others() const { return among_others_; }
  /// " AND ..." of columns of `trials`; empty where all rows are of the space.
  std::string condition() const { return among_others_ ? " AND in_space(configuration, identity)" : ""; }
  /// The search has come to ask for a trial that is stored: whether its row was none of the present ones before.
  bool take_up(const Identity& trial) { return among_others_ && adaptive_ && asked_.insert(trial).second; }

 private:
  bool has(const std::string& configuration, std::string_view identity) const;

  const Space& space_;
  Membership membership_;
  bool among_others_, adaptive_;
  std::set<Identity> asked_;  ///< where it is adaptive
};

}  // namespace stormsweep
