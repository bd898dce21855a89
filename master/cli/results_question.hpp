#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/base/options.hpp"

namespace stormsweep {

/// What `stormsweep results` was asked; empty: not given. Names of columns are without the quotes that SQL may need.
struct ResultsQuestion {
  std::vector<std::string> databases;
  std::string search, where;
  std::string sort, direction;  ///< sort: empty: in their own order; direction: asc, desc or empty
  std::vector<std::string> show, value, over;
  std::string rows, columns, by, curve, format;
  std::string plot;   ///< a file to draw in place of printing
  bool wide = false;  ///< all columns, whether they fit the terminal or not
  std::optional<std::uint64_t> best;
};

/// Nothing where --help was asked for, which this function prints. Throws InputError.
std::optional<ResultsQuestion> parse_results_question(const Arguments& arguments);

}  // namespace stormsweep
