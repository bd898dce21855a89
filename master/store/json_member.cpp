#include "master/store/json_member.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>

namespace stormsweep {

namespace {

std::string_view text_of(sqlite3_value* value) {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text ? std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(value))) : std::string_view();
}

/// `"name"` of `$."name"`; empty: another path.
std::string_view quoted_name(std::string_view path) {
  if (path.size() < 5 || !path.starts_with("$.\"") || !path.ends_with('"')) return {};
  const std::string_view name = path.substr(2);
  return name.find('"', 1) == name.size() - 1 && name.find('\\') == name.npos ? name : std::string_view();
}

/// Whether the text is a single object without escapes, in which `"name":` can only be a key.
bool is_flat(std::string_view text) {
  return text.size() >= 2 && text.front() == '{' && text.back() == '}' && text.find('{', 1) == text.npos &&
         text.find('\\') == text.npos;
}

/// A key may have blanks before its colon.
bool has_blanks(std::string_view text) {
  return text.find_first_of(" \t\r\n") != text.npos;
}

/// The text of the member's value; nothing where there is no such member. Searches for the name without its opening
/// quote, which is checked last: quotes are frequent.
std::optional<std::string_view> find_member(std::string_view object, std::string_view quoted) {
  const std::string_view ending = quoted.substr(1);
  for (std::size_t at = object.find(ending, 1); at != object.npos; at = object.find(ending, at + 1)) {
    const std::size_t value = at + ending.size();
    if (object[at - 1] != '"' || object[value] != ':') continue;  // the end of another name, or a value of that text
    const std::size_t end = object[value + 1] == '"' ? object.find('"', value + 2) + 1
                                                     : std::min(object.find(',', value), object.size() - 1);
    return object.substr(value + 1, end - value - 1);
  }
  return std::nullopt;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Gives the value to SQLite. Returns false where its kind is not known here; the default result is NULL.
bool give(sqlite3_context* context, std::string_view value) {
  if (value.empty()) return false;
  if (value.front() == '"') {
    if (value.size() < 2 || value.back() != '"') return false;
    sqlite3_result_text(context, value.data() + 1, static_cast<int>(value.size() - 2), SQLITE_TRANSIENT);
  } else if (value == "true" || value == "false") {
    sqlite3_result_int(context, value == "true");
  } else if (const auto integer = number_of<sqlite3_int64>(value)) {
    sqlite3_result_int64(context, *integer);
  } else if (const auto real = number_of<double>(value)) {
    sqlite3_result_double(context, *real);
  } else {
    return value == "null";
  }
  return true;
}

/// With one path, SQLite's operator ->> does what its json_extract does.
void leave_to_sqlite(sqlite3_context* context, sqlite3_value** arguments) {
  sqlite3* const database = sqlite3_context_db_handle(context);
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, "SELECT ?1 ->> ?2", -1, &statement, nullptr) != SQLITE_OK)
    return sqlite3_result_error(context, sqlite3_errmsg(database), -1);
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> finalized(statement, sqlite3_finalize);
  sqlite3_bind_value(statement, 1, arguments[0]);
  sqlite3_bind_value(statement, 2, arguments[1]);
  if (sqlite3_step(statement) == SQLITE_ROW)
    sqlite3_result_value(context, sqlite3_column_value(statement, 0));
  else
    sqlite3_result_error(context, sqlite3_errmsg(database), -1);
}

void extract(sqlite3_context* context, int, sqlite3_value** arguments) {
  const std::string_view object = text_of(arguments[0]), name = quoted_name(text_of(arguments[1]));
  if (!name.empty() && is_flat(object)) {
    const auto value = find_member(object, name);
    if (value ? give(context, *value) : !has_blanks(object)) return;
  }
  leave_to_sqlite(context, arguments);
}

}  // namespace

void read_members_quickly(SQLite::Database& database) {
  database.createFunction("json_extract", 2, true, nullptr, extract);
}

}  // namespace stormsweep
