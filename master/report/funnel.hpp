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
  std::vector<std::uint64_t> ended, members;  ///< for each rung: how many trials have ended, of how many
  bool operator==(const Funnel&) const = default;
};

struct Funnels {
  std::vector<Funnel> begun;  ///< ascending
  bool through = true;        ///< the method wants no trial that has not ended
};

/// The brackets of a share of the search of that name. Rows count if the space's method asks for them, whichever search
/// or method made them.
Funnels read_funnels(SQLite::Database& database, const std::string& search, const Space& space, const Share& share);

}  // namespace stormsweep
