#include "master/page/page_column.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <unordered_map>

#include "search/base/json_or_null.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;

const char* to_string(Role role) {
  switch (role) {
    case Role::axis:
      return "axis";
    case Role::metric:
      return "metric";
    case Role::cost:
      return "cost";
    case Role::time:
      return "time";
    case Role::other:
      break;
  }
  return "other";
}

/// Gives every word its place, in the order of coming.
class Words {
 public:
  Json code(const Cell& cell) {
    if (std::holds_alternative<std::monostate>(cell)) return nullptr;
    const auto [found, is_new] = places_.try_emplace(display(cell, Style::plain), words_.size());
    if (is_new) words_.push_back(found->first);
    return found->second;
  }
  const Json& words() const { return words_; }

 private:
  std::unordered_map<std::string, std::size_t> places_;
  Json words_ = Json::array();
};

bool has_texts(Selection& selection, const std::string& expression) {
  const auto sql = fmt::format("SELECT EXISTS (SELECT 1 FROM shown WHERE typeof({}) = 'text')", expression);
  return std::get<std::int64_t>(selection.first(sql)) > 0;
}

}  // namespace

Json short_number(double number) {
  if (!std::isfinite(number)) return nullptr;
  return std::strtod(fmt::format("{:.6g}", number).c_str(), nullptr);
}

Json short_cell(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return *integer;
  if (const auto* number = std::get_if<double>(&cell)) return short_number(*number);
  return nullptr;
}

Json page_column(Selection& selection, const std::string& name, Role role, const std::string& expression, bool whole) {
  Json column{{"name", name}, {"role", to_string(role)}};
  Json values = Json::array();
  Words words;
  const bool texts = has_texts(selection, expression);
  selection.query(fmt::format("SELECT {} FROM shown ORDER BY trial", expression), [&](const std::vector<Cell>& cells) {
    const auto* real = std::get_if<double>(&cells[0]);
    values.push_back(texts ? words.code(cells[0]) : whole && real ? json_or_null(*real) : short_cell(cells[0]));
  });
  if (texts) column["words"] = words.words();
  column["values"] = std::move(values);
  return column;
}

}  // namespace stormsweep
