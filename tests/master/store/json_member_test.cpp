#include "master/store/json_member.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace stormsweep;

namespace {

using Extracted = std::pair<std::string, std::string>;  // type, text

/// What json_extract on the connection returns, or the error.
Extracted extract(SQLite::Database& database, const std::string& json, const std::string& path) {
  try {
    SQLite::Statement select(
        database,
        "SELECT typeof(json_extract(?1, ?2)), ifnull(printf('%!.15g', json_extract(?1, ?2)), '') WHERE typeof("
        "json_extract(?1, ?2)) = 'real' UNION ALL SELECT typeof(json_extract(?1, ?2)), ifnull(json_extract(?1, "
        "?2), '') WHERE typeof(json_extract(?1, ?2)) <> 'real'");
    select.bind(1, json);
    select.bind(2, path);
    select.executeStep();
    return {select.getColumn(0).getString(), select.getColumn(1).getString()};
  } catch (const SQLite::Exception& error) {
    return {"error", error.what()};
  }
}

}  // namespace

TEST_CASE("a member is what SQLite makes of it, whatever the text") {
  SQLite::Database own(":memory:"), sqlite(":memory:");
  read_members_quickly(own);
  const std::vector<std::string> texts{
      R"({"a":1,"b":"word","c":-0.25,"d":true,"e":false,"f":null,"g":1e-7,"pod[30]":0.5})",
      R"({"a": 1, "b" : "two words", "c":[1,2,"a"], "d":{"a":7,"b":[8]}, "a ":3})",
      R"({"b":"a","a":"b","x":"\"a\":9","c\"a":4})",
      R"({"b":"\"a\":9","\u0061":5})",
      R"({"x":"{\"a\":1}","a":2})",
      R"({"ba":1,"a a":2,"x":"b a","a":3,"xx":4})",
      R"({"ba":1,"x":":a"})",
      R"({"":1})",
      R"({"a":12345678901234567890,"b":1e999,"c":-9223372036854775808,"d":9223372036854775807,"e":""})",
      R"({"a":"é{","b":"a:1,\"b\":2"})",
      R"({"b":{"a":1}})",
      R"({"a":)",
      R"({"a":1)",
      R"([1,{"a":2}])",
      "{}",
      "",
      "7",
  };
  const std::vector<std::string> paths{R"($."a")", R"($."b")", R"($."c")",       R"($."d")",  R"($."e")", R"($."f")",
                                       R"($."g")", R"($."x")", R"($."pod[30]")", R"($."a ")", "$.a",      "$",
                                       "$.d.a",    "$.c[1]",   R"($."c"[0])",    R"($."{")"};
  std::size_t differing = 0, values = 0;
  for (const std::string& text : texts)
    for (const std::string& path : paths) {
      CAPTURE(text);
      CAPTURE(path);
      const Extracted ours = extract(own, text, path), theirs = extract(sqlite, text, path);
      CHECK(ours == theirs);
      differing += ours != theirs;
      values += ours.first != "null" && ours.first != "error";
    }
  CHECK(differing == 0);
  CHECK(values > 40);
}

TEST_CASE("a member of NULL is NULL") {
  SQLite::Database own(":memory:");
  read_members_quickly(own);
  CHECK(own.execAndGet(R"(SELECT json_extract(NULL, '$."a"') IS NULL)").getInt() == 1);
}

/// 0.1 + 0.2 and other numbers that SQLite's own parser of decimals has been seen to miss by a bit.
TEST_CASE("a number has the bits that were written") {
  SQLite::Database own(":memory:");
  read_members_quickly(own);
  for (const double number :
       {0.30000000000000004, 5e-324, 1.7976931348623157e308, 9007199254740993.0, 0.29955598980113231}) {
    SQLite::Statement select(own, R"(SELECT json_extract(?, '$."a"'))");
    char text[64];
    std::snprintf(text, sizeof text, R"({"a":%.17g})", number);
    select.bind(1, std::string(text));
    select.executeStep();
    CHECK(select.getColumn(0).getDouble() == number);
  }
}
