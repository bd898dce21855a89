#include "master/page/paper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "master/report/declared.hpp"
#include "master/report/pivot.hpp"
#include "master/store/sql_text.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;

constexpr int best_of_curves = 3;

bool has_columns(const Selection& selection, std::vector<std::string> names) {
  std::erase(names, "");
  return std::ranges::all_of(names, [&](const std::string& name) { return contains(selection.columns(), name); });
}

/// Whether a column has several values in `source`. The search's name counts even with one.
bool varies(Selection& selection, const std::string& column, const std::string& source) {
  const Cell different = selection.first(fmt::format("SELECT count(DISTINCT {}) FROM {}", sql_name(column), source));
  return column == "search" || std::get<std::int64_t>(different) > 1;
}

/// The cross table that an item asks for, of complete trials. Nothing where rows or columns do not vary.
std::vector<Table> cross_tables(Selection& selection, const Json& item) {
  Pivot pivot{item["rows"], item["columns"], item.value("by", ""), item["values"], "", false};
  std::vector<std::string> columns = pivot.values;
  columns.insert(columns.end(), {pivot.rows, pivot.columns, pivot.by});
  if (!has_columns(selection, columns)) return {};
  pivot.source =
      fmt::format("(SELECT * FROM selected WHERE status = 'complete' AND ({}))", item["where"].get<std::string>());
  pivot.words = declared(selection, pivot.rows).words;
  pivot.column_words = declared(selection, pivot.columns).words;
  const bool there = varies(selection, pivot.rows, pivot.source) && varies(selection, pivot.columns, pivot.source);
  return there ? pivot_tables(selection, pivot) : std::vector<Table>();
}

/// A profile of the best trials.
std::vector<Table> profile_tables(Selection& selection, const SearchSummary& search, const Json& item) {
  const std::string coordinate = item["curve"], metric = sql_name(search.choice());
  const auto curve = std::ranges::find(selection.curves(), coordinate, &Curve::coordinate);
  if (curve == selection.curves().end()) return {};
  const std::string source = fmt::format(
      "(SELECT * FROM {} WHERE trial IN (SELECT trial FROM selected WHERE status = 'complete' AND {} IS NOT NULL ORDER "
      "BY {} LIMIT {}))",
      sql_name(coordinate), metric, search.best_first(), best_of_curves);
  return pivot_tables(selection, {coordinate, "trial", "", item["values"], source, false, curve->words});
}

Json table_json(const Table& table) {
  return {{"title", table.title}, {"header", table.header}, {"rows", table.rows}, {"footnotes", table.footnotes}};
}

}  // namespace

Json beside_paper(Selection& selection, const SearchSummary& search) {
  Json paper = Json::parse(published_texts().at(search.experiment));
  for (Json& item : paper["items"]) {
    item["tables"] = Json::array();
    if (item["values"].empty()) continue;
    const auto tables =
        item.contains("curve") ? profile_tables(selection, search, item) : cross_tables(selection, item);
    for (const Table& table : tables) item["tables"].push_back(table_json(table));
  }
  return paper;
}

}  // namespace stormsweep
