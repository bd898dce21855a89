#pragma once

#include <nlohmann/json_fwd.hpp>

#include "master/page/page_search.hpp"

namespace stormsweep {

/// The data that the page's scripts draw: {"made", "version", "databases", "searches": [{"name", "experiment",
/// "metric", "goal", "choice" (the column of the metric that trials are compared by), "description", "space", "trials",
/// "statuses", "failures", "reasons" (how many different ones), "unskilled" (sentences on the best trials), "fixed"
/// (columns with one value), "columns" (page_column.hpp), "origin" (times are seconds since it), "importance",
/// "curves", "profiles", "progress", "timelines", "pauses" (times between which nobody trained: [[begin, end]]),
/// "replays", "paper" (paper.hpp)}]}. Throws InputError: see Selection.
nlohmann::ordered_json page_data(const PageQuestion& question);

}  // namespace stormsweep
