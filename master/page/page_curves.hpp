#pragma once

#include <nlohmann/json_fwd.hpp>

#include "master/report/selection.hpp"

namespace stormsweep {

/// Curves over epochs, for the trainings of the best trials and of a sample of the others, which depends only on their
/// numbers: [{"trial", "status", "best", "metrics": {name: [[epoch, value], ...]}}], the best first. A curve of more
/// than 200 points keeps the least and the greatest of 100 stretches.
nlohmann::ordered_json page_curves(Selection& selection, const SearchSummary& search);

/// Metrics of the best trials along a coordinate: [{"coordinate", "unit", "units": {name: unit}, "at": [...], "lines":
/// [{"trial", "metrics": {name: [value, ...]}}]}].
nlohmann::ordered_json page_profiles(Selection& selection, const SearchSummary& search);

}  // namespace stormsweep
