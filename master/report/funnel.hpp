#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>
#include <vector>

#include "search/methods/share.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// A bracket of a halving that has begun.
struct Funnel {
  std::uint64_t number;
  std::vector<std::int64_t> epochs;           ///< of its rungs
  std::vector<std::uint64_t> ended, members;  ///< of each: how many have ended, of how many
  bool operator==(const Funnel&) const = default;
};

/// Those of the share of the search named so, ascending. `condition`: of rows of the space (PresentRows::condition).
std::vector<Funnel> read_funnels(SQLite::Database& database, const std::string& search, const std::string& condition,
                                 const Space& space, const Share& share);

/// Whether the space's method wants nothing any more that the rows do not have.
bool nothing_missing(SQLite::Database& database, const std::string& search, const Space& space, const Share& share);

}  // namespace stormsweep
