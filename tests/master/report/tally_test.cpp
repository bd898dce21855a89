#include "master/report/tally.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <random>

using namespace stormsweep;

namespace {

SQLite::Database database_of(const std::string& rows) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec("CREATE TABLE r (a, b, x, y)");
  if (!rows.empty()) database.exec("INSERT INTO r VALUES " + rows);
  return database;
}

/// Keys and values of every kind; values are quarters, whose sums are exact in any order.
std::string random_rows(std::size_t size) {
  constexpr std::array keys{"NULL", "0", "1", "1.0", "-2", "2.5", "'1'", "''", "'word'", "'a longer word, with an é'"};
  std::mt19937 random(7);
  std::string rows;
  for (std::size_t i = 0; i < size; ++i) {
    const auto x = random() % 5 == 0 ? "NULL" : fmt::format("{}", double(random() % 100) / 4 - 9);
    rows += fmt::format("{}({}, {}, {}, {})", i == 0 ? "" : ", ", keys[random() % keys.size()],
                        keys[random() % keys.size()], x, random() % 1000);
  }
  return rows;
}

/// Every row of a query as one text, with the types of its cells.
std::string told(SQLite::Database& database, const std::string& sql) {
  SQLite::Statement select(database, sql);
  std::string text;
  while (select.executeStep())
    for (int i = 0; i < select.getColumnCount(); ++i)
      text += fmt::format("{}:{}{}", select.getColumn(i).getType(), select.getColumn(i).getString(),
                          i + 1 < select.getColumnCount() ? " " : "\n");
  return text;
}

}  // namespace

TEST_CASE("sums are those that SQLite makes of the sorted rows, however few are held in memory") {
  SQLite::Database database = database_of(random_rows(5000));
  const std::string grouped =
      told(database, "SELECT a, b, count(x), avg(x), count(y), avg(y) FROM r WHERE y <> 3 GROUP BY a, b ORDER BY a, b");
  for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
    database.exec("DROP TABLE IF EXISTS t");
    tally(database, "t", {"a", "b"}, {"x", "y"}, "r WHERE y <> 3", most);
    CHECK(told(database,
               R"(SELECT a, b, sum("number of x"), sum("total of x") / sum("number of x"), sum("number of y"),
                  sum("total of y") / sum("number of y") FROM t GROUP BY a, b ORDER BY a, b)") == grouped);
    CHECK((database.execAndGet("SELECT count(*) FROM t").getInt() <= 100) == (most > 100));  // 1 is not 1.0
  }
}

TEST_CASE("no rows have no sums, the sum of NULL is NULL, and that of words is a word") {
  SQLite::Database database = database_of("(1, 2, NULL, 'word'), (1, 2, NULL, 3)");
  tally(database, "none", {"a"}, {"x"}, "r WHERE a > 1");
  CHECK(database.execAndGet("SELECT count(*) FROM none").getInt() == 0);
  tally(database, "t", {"a"}, {"x", "y"}, "r");
  CHECK(told(database, R"(SELECT "total of x", "number of x", typeof("total of y") FROM t)") == "5: 1:0 3:text\n");
}

TEST_CASE("sums are exact but for one rounding, and of the infinite infinite") {
  SQLite::Database database =
      database_of("(1, 0, 1, 0), (1, 0, 1e100, 0), (1, 0, 1, 0), (1, 0, -1e100, 0), (2, 0, 1e999, 0), (2, 0, 1, 0)");
  tally(database, "t", {"a"}, {"x"}, "r");
  CHECK(database.execAndGet(R"(SELECT "total of x" FROM t WHERE a = 1)").getDouble() == 2);
  CHECK(database.execAndGet(R"(SELECT "total of x" = 1e999 FROM t WHERE a = 2)").getInt() == 1);
}

TEST_CASE("what a tally throws is SQLite's error") {
  SQLite::Database database = database_of("(1, 2, 3, 4)");
  CHECK_THROWS_WITH_AS(tally(database, "t", {"a"}, {"x"}, "r WHERE abs(-9223372036854775807 - a) > 0"),
                       "integer overflow", SQLite::Exception);
}
