#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stormsweep {

/// A result that a paper reports.
struct PublishedPoint {
  std::string what;
  std::size_t ranks = 1;
  double efficiency = 1;  ///< relative to one rank
  std::string machine;    ///< a name in slurm/machines; empty: another machine
};

/// The scaling results in an experiments/<name>/published.json: numbers with "ranks" and "efficiency", or with the
/// speed-up of one "doubling", which is drawn at two ranks; and with the "machine", if it is known.
std::vector<PublishedPoint> published_scaling(std::string_view published);

}  // namespace stormsweep
