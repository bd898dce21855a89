#include "master/page/page_curves.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "master/page/page_column.hpp"
#include "master/report/declared.hpp"
#include "master/store/sql_text.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;
using Points = std::vector<std::pair<std::int64_t, double>>;

constexpr std::size_t best_curves = 20, other_curves = 80, best_profiles = 5;
constexpr std::size_t most_points = 200;

struct Line {
  std::int64_t trial;
  std::string status;
  bool best;
};

/// Trials that share a curve are one line: that of the longest, ranked by the best complete one.
std::vector<Line> choose_lines(Selection& selection, const SearchSummary& search) {
  // With max() as the only aggregate, SQLite takes the other columns from the row of the maximum.
  selection.query(
      fmt::format(
          "CREATE TEMP TABLE lines AS WITH reached AS (SELECT t.search AS search, t.curve AS curve, {1}(s.{0}) AS "
          "value "
          "FROM trials t JOIN selected s ON s.trial = t.id WHERE t.status = 'complete' GROUP BY 1, 2) "
          "SELECT t.id AS trial, t.training AS training, t.status AS status, r.value AS {0}, "
          "max(coalesce(t.milestone, 0)) FROM trials t JOIN selected s ON s.trial = t.id LEFT JOIN reached r ON "
          "r.search = t.search AND r.curve = t.curve WHERE EXISTS (SELECT 1 FROM epochs e WHERE e.search = t.search "
          "AND "
          "e.curve = t.curve) GROUP BY t.search, t.curve",
          sql_name(search.choice()), search.minimizes() ? "min" : "max"),
      {});
  std::vector<Line> lines;
  const auto add = [&](const std::string& rest, bool best) {
    selection.query("SELECT trial, status FROM lines " + rest, [&](const std::vector<Cell>& row) {
      lines.push_back({std::get<std::int64_t>(row[0]), std::get<std::string>(row[1]), best});
    });
  };
  const std::string ranked =
      fmt::format("{} IS NOT NULL ORDER BY {} LIMIT {}", sql_name(search.choice()), search.best_first(), best_curves);
  add("WHERE " + ranked, true);
  add(fmt::format(
          "WHERE trial NOT IN (SELECT trial FROM lines WHERE {}) ORDER BY trial * 2654435761 % 4294967296 LIMIT {}",
          ranked, other_curves),
      false);
  return lines;
}

/// The least and the greatest point of each stretch, in their order.
Points thinned(const Points& points) {
  if (points.size() <= most_points) return points;
  Points kept;
  const std::size_t stretches = most_points / 2;
  for (std::size_t i = 0; i < stretches; ++i) {
    const auto from = points.begin() + static_cast<std::ptrdiff_t>(i * points.size() / stretches);
    const auto to = points.begin() + static_cast<std::ptrdiff_t>((i + 1) * points.size() / stretches);
    auto [least, most] =
        std::minmax_element(from, to, [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most < least) std::swap(least, most);
    kept.push_back(*least);
    if (most != least) kept.push_back(*most);
  }
  return kept;
}

std::vector<std::string> identifiers(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(sql_name(name));
  return quoted;
}

Json line_json(Selection& selection, const Curve& curves, const Line& line) {
  std::vector<Points> points(curves.metrics.size());
  selection.query(fmt::format("SELECT epoch, {} FROM curves WHERE trial = {} ORDER BY epoch",
                              fmt::join(identifiers(curves.metrics), ", "), line.trial),
                  [&](const std::vector<Cell>& row) {
                    for (std::size_t i = 0; i < points.size(); ++i)
                      if (const auto value = number(row[i + 1]))
                        points[i].emplace_back(std::get<std::int64_t>(row[0]), *value);
                  });
  Json metrics = Json::object();
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].empty()) continue;
    Json& pairs = metrics[curves.metrics[i]] = Json::array();
    for (const auto& [epoch, value] : thinned(points[i])) pairs.push_back({epoch, short_number(value)});
  }
  return {{"trial", line.trial}, {"status", line.status}, {"best", line.best}, {"metrics", metrics}};
}

std::vector<std::int64_t> best_trials(Selection& selection, const SearchSummary& search) {
  std::vector<std::int64_t> trials;
  selection.query(
      fmt::format("SELECT trial FROM selected WHERE status = 'complete' AND {} IS NOT NULL ORDER BY {} LIMIT {}",
                  sql_name(search.choice()), search.best_first(), best_profiles),
      [&](const std::vector<Cell>& row) { trials.push_back(std::get<std::int64_t>(row[0])); });
  return trials;
}

/// One trial's values along the coordinate; adds new coordinates to `at`.
Json profile_line(Selection& selection, const Curve& profile, std::int64_t trial, Json& at) {
  Json metrics = Json::object();
  selection.query(fmt::format("SELECT {}, {} FROM {} WHERE trial = {}", sql_name(profile.coordinate),
                              fmt::join(identifiers(profile.metrics), ", "), sql_name(profile.view), trial),
                  [&](const std::vector<Cell>& row) {
                    const Json place = short_cell(row[0]);
                    auto found = std::find(at.begin(), at.end(), place);
                    if (found == at.end()) found = at.insert(at.end(), place);
                    const auto column = static_cast<std::size_t>(found - at.begin());
                    for (std::size_t i = 0; i < profile.metrics.size(); ++i)
                      if (const Json value = short_cell(row[i + 1]); !value.is_null())
                        metrics[profile.metrics[i]][column] = value;
                  });
  return {{"trial", trial}, {"metrics", metrics}};
}

}  // namespace

Json page_curves(Selection& selection, const SearchSummary& search) {
  Json lines = Json::array();
  for (const Line& line : choose_lines(selection, search))
    lines.push_back(line_json(selection, selection.curves()[0], line));
  return lines;
}

Json page_profiles(Selection& selection, const SearchSummary& search) {
  const std::vector<std::int64_t> trials = best_trials(selection, search);
  Json profiles = Json::array();
  for (const Curve& curve : selection.curves()) {
    if (curve.view == "curves") continue;
    Json at = curve.words, lines = Json::array();
    for (const std::int64_t trial : trials) lines.push_back(profile_line(selection, curve, trial, at));
    const bool any = std::ranges::any_of(lines, [](const Json& line) { return !line["metrics"].empty(); });
    if (!any) continue;
    Json units = Json::object();
    for (const std::string& metric : curve.metrics) units[metric] = declared(selection, metric).unit;
    profiles.push_back({{"coordinate", curve.coordinate},
                        {"unit", declared(selection, curve.coordinate).unit},
                        {"units", units},
                        {"at", at},
                        {"lines", lines}});
  }
  return profiles;
}

}  // namespace stormsweep
