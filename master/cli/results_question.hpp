#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/base/options.hpp"

namespace stormsweep {

/// What `stormsweep results` was asked; empty: not given. Names of columns are without the quotes that SQL may want.
struct ResultsQuestion {
  std::vector<std::string> databases;
  std::string search, where;
  std::string sort, direction;  ///< sort: empty: as they came; direction: asc, desc or empty
  std::vector<std::string> show, value, over;
  std::string rows, columns, by, curve, format;
  std::string plot;   ///< a file to be drawn, in place of what would be printed
  bool wide = false;  ///< all columns, whether the terminal has room for them or not
  std::optional<std::uint64_t> best;
};

/// Nothing where --help was asked for, which is then printed. Throws InputError.
std::optional<ResultsQuestion> parse_results_question(const Arguments& arguments);

}  // namespace stormsweep
