#include "search/space/value.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

using namespace stormsweep;

TEST_CASE("values survive JSON") {
  for (const Value& value : {Value(true), Value(std::int64_t{7}), Value(7.0), Value("live")})
    CHECK(to_value(to_json(value)) == value);
}

TEST_CASE("values read as people write them") {
  CHECK(to_string(Value(true)) == "true");
  CHECK(to_string(Value(false)) == "false");
  CHECK(to_string(Value(std::int64_t{-128})) == "-128");
  CHECK(to_string(Value(0.001)) == "0.001");
  CHECK(to_string(Value(1e-8)) == "1e-08");
  CHECK(to_string(Value(std::string("live"))) == "live");
}

TEST_CASE("the text of a real reads back to the same bits") {
  for (const double x :
       {0.1, 1.0 / 3, 2.0 / 3, 1e22, 2.2250738585072014e-308, 1.7976931348623157e308, std::nextafter(1.0, 2.0)})
    CHECK(std::stod(to_string(Value(x))) == x);
}

TEST_CASE("JSON keeps integers and reals apart") {
  CHECK(to_json(Value(std::int64_t{1})).dump() == "1");
  CHECK(to_json(Value(1.0)).dump() == "1.0");
  CHECK(to_json(Value(false)).dump() == "false");
  CHECK(to_json(Value(std::string("a\"b"))).dump() == R"("a\"b")");
}
