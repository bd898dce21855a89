#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "search/methods/method.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// The results of a complete search for every configuration of its grid.
struct RecordedGrid {
  struct Point {
    Ended ended;
    std::optional<double> seconds;  ///< of a training from its start to here
    bool failed = false;            ///< the trial that ended here is not complete
  };
  /// By epochs; 0 where the experiment has none.
  using Curve = std::map<std::int64_t, Point>;

  Space space;
  std::map<Identity, Curve> curves;  ///< by curve_identity of the configuration, under the space's seed
  double best = 0;                   ///< value of the search's metric among all trials

  /// The result of a configuration at `epochs`; if there is none but one of its trials failed, that failure. Null where
  /// nothing is recorded.
  const Point* find(const Configuration& configuration, std::int64_t epochs) const;
};

/// The search of that name, or the only one in the file. Throws InputError where there is none of that name, its space
/// is not understood, it is no grid, or trials of the grid are missing; see open_for_reading.
RecordedGrid read_recorded_grid(const std::filesystem::path& file, const std::string& search);

}  // namespace stormsweep
