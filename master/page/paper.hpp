#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "master/report/selection.hpp"

namespace stormsweep {

/// What the paper on a search's experiment reports, and the same tables for the search: {"paper", "note", "items":
/// [{"name", "about", "space" (one that yields the tables), "published": [{"what", "value"}], "tables": [{"title",
/// "header", "rows", "footnotes"}]}]}; no tables where the search lacks the data for them.
nlohmann::ordered_json beside_paper(Selection& selection, const SearchSummary& search);

/// experiments/<name>/published.json of the experiments that have one, embedded at build time: {"paper", "note",
/// "items": [{"name", "about", "values", "space", "published"}]}, each with "rows", "columns", "by" and the SQL
/// condition "where" of a cross table, or with the "curve" of a profile.
const std::map<std::string, std::string_view>& published_texts();

}  // namespace stormsweep
