#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stormsweep {

/// What a paper reached.
struct PublishedPoint {
  std::string what;
  std::size_t ranks = 1;
  double efficiency = 1;  ///< by that of one rank
  std::string machine;    ///< of slurm/machines; empty: one that is none of these
};

/// Those among the numbers of an experiments/<name>/published.json: with "ranks" and "efficiency", or the speed-up of
/// one "doubling", which is drawn at two ranks; and the "machine", if it is known.
std::vector<PublishedPoint> published_scaling(std::string_view published);

}  // namespace stormsweep
