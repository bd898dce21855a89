#include "master/report/records.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace stormsweep;

namespace {

std::string records(Records::Format format, const std::vector<std::vector<Cell>>& rows) {
  std::ostringstream out;
  Records records(out, format, {"a", "b,c"});
  for (const auto& row : rows) records.write(row);
  records.finish();
  return out.str();
}

}  // namespace

TEST_CASE("records quote what CSV and JSON need quoted") {
  const std::vector<std::vector<Cell>> rows{{"say \"hi\", x", 0.1}, {Cell{}, std::int64_t{3}}, {"a\nb", 1e22}};
  CHECK(records(Records::Format::csv, rows) == "a,\"b,c\"\n\"say \"\"hi\"\", x\",0.1\n,3\n\"a\nb\",1e+22\n");
  CHECK(records(Records::Format::json, rows) ==
        "[\n{\"a\": \"say \\\"hi\\\", x\", \"b,c\": 0.1},\n{\"a\": null, \"b,c\": 3},\n{\"a\": \"a\\nb\", \"b,c\": "
        "1e+22}\n]\n");
  CHECK(records(Records::Format::json, {}) == "[]\n");
}
