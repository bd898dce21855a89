#include "master/store/profile_view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "master/store/column_names.hpp"
#include "master/store/damaged_row.hpp"
#include "master/store/sql_text.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

/// What a view is made of.
struct View {
  Names rows;  ///< tuples of SQL values: experiment, value, the value as written in a metric's name
  Names hyperparameters, metrics;
};

void add(Names& names, const Names& more) {
  for (const std::string& name : more)
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::string sql_row(const std::string& experiment, const Value& at) {
  const std::string text = to_string(at);
  return fmt::format("({}, {}, {})", sql_literal(experiment),
                     std::holds_alternative<std::string>(at) ? sql_literal(text) : text, sql_literal(text));
}

std::string view_sql(const std::string& name, const View& view) {
  const auto path = [](const std::string& metric) { return fmt::format("'$.\"{}[' || p.column3 || ']\"'", metric); };
  std::string columns, types;
  for (const std::string& h : view.hyperparameters)
    columns += fmt::format(", {} AS {}", sql_member("t.configuration", h), sql_name(h));
  for (const std::string& m : view.metrics) {
    columns += fmt::format(", json_extract(t.metrics, {}) AS {}", path(m), sql_name(m));
    types += fmt::format("json_type(t.metrics, {}), ", path(m));
  }
  return fmt::format(
      "CREATE VIEW {0} AS SELECT s.name AS search, t.id AS trial, p.column2 AS {0}{1} FROM trials t "
      "JOIN searches s ON s.id = t.search JOIN (VALUES {2}) p ON p.column1 = s.experiment WHERE t.status = 'complete' "
      "AND coalesce({3}NULL) IS NOT NULL",
      sql_name(name), columns, fmt::join(view.rows, ", "), types);
}

StoredProfile parse_profile(const std::string& experiment, const std::string& text) {
  try {
    const Json json = Json::parse(text);
    StoredProfile profile{experiment, json.at("name"), {}, json.at("metrics")};
    for (const Json& value : json.at("at")) profile.at.push_back(to_value(value));
    return profile;
  } catch (const Json::exception&) {
    throw DamagedRow::of_file(fmt::format("the table columns has the profile '{}' of {}", text, experiment));
  }
}

}  // namespace

std::string stored_text(const Profile& profile) {
  Json json{{"name", profile.name}, {"at", Json::array()}, {"metrics", Json::array()}};
  for (const Value& value : profile.at) json["at"].push_back(Json(to_json(value)));
  for (const Metric& metric : profile.metrics) json["metrics"].push_back(metric.name);
  return json.dump();
}

std::vector<StoredProfile> stored_profiles(SQLite::Database& database) {
  SQLite::Statement select(database, "SELECT experiment, name FROM columns WHERE kind = ? ORDER BY rowid");
  select.bind(1, std::string(to_string(ColumnKind::profile)));
  std::vector<StoredProfile> profiles;
  while (select.executeStep())
    profiles.push_back(parse_profile(select.getColumn(0).getString(), select.getColumn(1).getString()));
  return profiles;
}

void create_profile_views(SQLite::Database& database) {
  std::map<std::string, View> views;
  for (const StoredProfile& profile : stored_profiles(database)) {
    View& view = views[profile.name];
    for (const Value& at : profile.at) add(view.rows, {sql_row(profile.experiment, at)});
    add(view.hyperparameters, column_names(database, ColumnKind::hyperparameter, profile.experiment));
    add(view.metrics, profile.metrics);
  }
  for (const auto& [name, view] : views) {
    database.exec(fmt::format("DROP VIEW IF EXISTS {}", sql_name(name)));
    database.exec(view_sql(name, view));
  }
}

}  // namespace stormsweep
