#include "master/store/sql_text.hpp"

#include <fmt/format.h>

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

std::string sql_member(std::string_view json, std::string_view name) {
  return fmt::format("json_extract({}, {})", json, sql_literal("$." + sql_name(name)));
}

}  // namespace stormsweep
