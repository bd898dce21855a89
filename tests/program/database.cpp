#include "tests/program/database.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdio>

namespace stormsweep {

namespace {

std::string text(const SQLite::Column& column) {
  if (column.isNull()) return "NULL";
  if (!column.isFloat()) return column.getString();
  char digits[40];
  std::snprintf(digits, sizeof digits, "%a", column.getDouble());  // hexadecimal: equal texts are equal bits
  return digits;
}

}  // namespace

std::vector<std::string> query(const std::filesystem::path& database, const std::string& sql) {
  SQLite::Database opened(database.string(), SQLite::OPEN_READONLY, 10000);
  SQLite::Statement statement(opened, sql);
  std::vector<std::string> rows;
  while (statement.executeStep()) {
    std::string& row = rows.emplace_back();
    for (int i = 0; i < statement.getColumnCount(); ++i) {
      if (i > 0) row += '|';
      row += text(statement.getColumn(i));
    }
  }
  return rows;
}

std::int64_t number(const std::filesystem::path& database, const std::string& sql) {
  try {
    return std::stoll(query(database, sql).at(0));
  } catch (const SQLite::Exception&) {
    return 0;
  }
}

}  // namespace stormsweep
