#pragma once

#include <nlohmann/json_fwd.hpp>

#include "master/report/selection.hpp"

namespace stormsweep {

/// Curves by epoch of the trainings of the best trials and of a sample of the others that depends on nothing but their
/// numbers: [{"trial", "status", "best", "metrics": {name: [[epoch, value], ...]}}], the best first. Of more than 200
/// points, least and greatest of 100 stretches are kept.
nlohmann::ordered_json page_curves(Selection& selection, const SearchSummary& search);

/// Metrics along a coordinate, of the best trials: [{"coordinate", "unit", "units": {name: unit}, "at": [...], "lines":
/// [{"trial", "metrics": {name: [value, ...]}}]}].
nlohmann::ordered_json page_profiles(Selection& selection, const SearchSummary& search);

}  // namespace stormsweep
