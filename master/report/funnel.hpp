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

struct Funnels {
  std::vector<Funnel> begun;  ///< ascending
  bool through = true;        ///< the method wants nothing any more that the rows do not have
};

/// Of the share of the search named so. What counts is what the space's method asks for, whichever search or method
/// the row was made by.
Funnels read_funnels(SQLite::Database& database, const std::string& search, const Space& space, const Share& share);

}  // namespace stormsweep
