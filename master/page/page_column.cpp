#include "master/page/page_column.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <unordered_map>

#include "master/report/declared.hpp"
#include "master/report/pivot.hpp"
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

/// Gives every word its index: in declared order, then alphabetically.
class Words {
 public:
  Words(Selection& selection, const std::string& name, const std::string& expression) {
    std::vector<Cell> words;
    selection.query(fmt::format("SELECT DISTINCT {0} FROM shown WHERE {0} IS NOT NULL", expression),
                    [&](const std::vector<Cell>& cells) { words.push_back(cells[0]); });
    put_in_order(words, declared(selection, name).words);
    for (const Cell& word : words)
      if (places_.try_emplace(display(word, Style::plain), words_.size()).second)
        words_.push_back(display(word, Style::plain));
  }
  Json code(const Cell& cell) const {
    if (std::holds_alternative<std::monostate>(cell)) return nullptr;
    return places_.at(display(cell, Style::plain));
  }
  const Json& words() const { return words_; }

 private:
  std::unordered_map<std::string, std::size_t> places_;
  Json words_ = Json::array();
};

/// Whether there are texts, or integers that JavaScript would round, which become words.
bool has_words(Selection& selection, const std::string& expression) {
  const auto sql = fmt::format(
      "SELECT EXISTS (SELECT 1 FROM shown WHERE typeof({0}) = 'text' OR (typeof({0}) = 'integer' AND {0} NOT BETWEEN "
      "-{1} AND {1}))",
      expression, (std::int64_t{1} << 53) - 1);
  return std::get<std::int64_t>(selection.first(sql)) > 0;
}

}  // namespace

Json short_number(double number) {
  if (!std::isfinite(number)) return nullptr;
  return std::strtod(fmt::format("{:.7g}", number).c_str(), nullptr);
}

Json short_cell(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return *integer;
  if (const auto* number = std::get_if<double>(&cell)) return short_number(*number);
  return nullptr;
}

Json page_column(Selection& selection, const std::string& name, Role role, const std::string& expression, bool whole) {
  Json column{{"name", name}, {"role", to_string(role)}};
  const Declared about = declared(selection, name);
  if (!about.unit.empty()) column["unit"] = about.unit;
  if (about.logarithmic) column["log"] = *about.logarithmic;
  Json values = Json::array();
  const std::string all = fmt::format("SELECT {} FROM shown ORDER BY trial", expression);
  if (has_words(selection, expression)) {
    const Words words(selection, name, expression);
    selection.query(all, [&](const std::vector<Cell>& cells) { values.push_back(words.code(cells[0])); });
    column["words"] = words.words();
  } else {
    selection.query(all, [&](const std::vector<Cell>& cells) {
      const auto* real = std::get_if<double>(&cells[0]);
      values.push_back(whole && real ? json_or_null(*real) : short_cell(cells[0]));
    });
  }
  column["values"] = std::move(values);
  return column;
}

}  // namespace stormsweep
