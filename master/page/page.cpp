#include "master/page/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "master/page/page_column.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;

/// Columns and rows of the table for readers without scripts.
constexpr std::size_t plain_columns = 12, plain_rows = 20;

/// Inside <script> nothing may look like its end tag, so "<" is written as an escape, which JSON allows.
std::string script_safe(const std::string& json) {
  std::string safe;
  safe.reserve(json.size());
  for (const char c : json) c == '<' ? safe += "\\u003c" : safe += c;
  return safe;
}

std::string cell_text(const Json& column, std::size_t row) {
  const Json& value = column["values"][row];
  if (value.is_null()) return "";
  const Json& cell = column.contains("words") ? column["words"][value.get<std::size_t>()] : value;
  if (cell.is_string()) return cell.get<std::string>();
  return cell.is_number_float() ? short_number(cell.get<double>()).dump() : cell.dump();
}

/// The number in each row; empty where there is no such column.
std::vector<double> numbers_of(const Json& search, const Json& name) {
  std::vector<double> numbers;
  for (const Json& column : search["columns"])
    if (column["name"] == name)
      for (const Json& value : column["values"]) numbers.push_back(value.is_number() ? value.get<double>() : NAN);
  return numbers;
}

/// Complete rows that have a value of the metric, the best first; at a tie the first training comes first, as
/// everywhere.
std::vector<std::size_t> ranked(const Json& search) {
  const std::vector<double> metric = numbers_of(search, search["choice"]), training = numbers_of(search, "training");
  const auto status = std::ranges::find(search["columns"], "status", [](const Json& column) { return column["name"]; });
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < metric.size(); ++i)
    if (std::isfinite(metric[i]) && cell_text(*status, i) == "complete") rows.push_back(i);
  const double sign = search["goal"] == "minimize" ? 1 : -1;
  std::ranges::stable_sort(rows, {}, [&](std::size_t row) {
    return std::pair(sign * metric[row], row < training.size() ? training[row] : 0);
  });
  return rows;
}

std::string plain_table(const Json& search) {
  const std::size_t columns = std::min(plain_columns, search["columns"].size());
  std::string text = fmt::format("<h2>{}</h2>\n<table>\n<tr>", html_escaped(search["name"].get<std::string>()));
  for (std::size_t i = 0; i < columns; ++i)
    text += fmt::format("<th>{}</th>", html_escaped(search["columns"][i]["name"].get<std::string>()));
  text += "</tr>\n";
  const std::vector<std::size_t> rows = ranked(search);
  for (std::size_t k = 0; k < std::min(plain_rows, rows.size()); ++k) {
    text += "<tr>";
    for (std::size_t i = 0; i < columns; ++i)
      text += fmt::format("<td>{}</td>", html_escaped(cell_text(search["columns"][i], rows[k])));
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

std::string plain_tables(const Json& data) {
  std::string text = "<p>Scripts are off: the best trials alone.</p>\n";
  for (const Json& search : data["searches"]) text += plain_table(search);
  return text;
}

std::string title_of(const Json& data) {
  std::string names;
  for (const Json& search : data["searches"]) names += (names.empty() ? "" : ", ") + search["name"].get<std::string>();
  return html_escaped(names + " - stormsweep");
}

/// `connections`: what its Content-Security-Policy lets the page connect to.
std::string filled(const Json& data, std::string_view connections, std::string_view script) {
  const std::vector<std::pair<std::string_view, std::string>> parts = {
      {"CONNECTIONS", std::string(connections)},
      {"TITLE", title_of(data)},
      {"STYLE", std::string(page_style())},
      {"PLAIN", plain_tables(data)},
      {"DATA", script_safe(data.dump(-1, ' ', false, Json::error_handler_t::replace))},
      {"SCRIPT", std::string(script)}};
  std::string text, frame(page_frame());
  std::size_t at = 0;
  for (const auto& [name, part] : parts) {
    const std::string place = fmt::format("<!--{}-->", name);
    const std::size_t found = frame.find(place, at);
    text += frame.substr(at, found - at) + part;
    at = found + place.size();
  }
  return text + frame.substr(at);
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string page(Json data, const std::string& command) {
  data["command"] = command;
  return filled(data, "", page_script());
}

std::string live_page(Json data, const std::string& command) {
  data["command"] = command;
  return filled(data, "connect-src 'self'; ", fmt::format("{}{}", page_script(), page_live()));
}

}  // namespace stormsweep
