#include "master/store/sql_text.hpp"

namespace stormsweep {

namespace {

std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) result.append(c == quote ? 2 : 1, c);
  return result + quote;
}

}  // namespace

std::string sql_name(std::string_view name) {
  return quoted(name, '"');
}

std::string sql_literal(std::string_view text) {
  return quoted(text, '\'');
}

}  // namespace stormsweep
