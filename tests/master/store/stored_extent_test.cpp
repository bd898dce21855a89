#include "master/store/stored_extent.hpp"

#include <doctest/doctest.h>

#include "master/store/store.hpp"
#include "search/space/extent.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

Space space_of(const std::string& hours, const std::string& index = "[1, 2, 3]") {
  return parse_space(R"({"name": "s", "experiment": "noop", "method": "random", "limits": {"hours": )" + hours +
                         R"(}, "parameters": {"index": )" + index + "}}",
                     "s.json", "/");
}

}  // namespace

TEST_CASE("an extent is kept for the budget and the space that it was chosen for") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = space_of("8");
  CHECK_FALSE(read_extent(file, space));  // no file
  Store(file, space, "f", {});
  CHECK_FALSE(read_extent(file, space));
  keep_extent(file, with_extent(space, 2));
  CHECK(read_extent(file, space) == 2);
  CHECK(query(file, "SELECT json_extract(space, '$.method.trials') FROM searches") == std::vector<std::string>{"2"});
  CHECK_FALSE(read_extent(file, space_of("9")));
  CHECK_FALSE(read_extent(file, space_of("8", "[1, 2, 4]")));
  keep_extent(file, with_extent(space_of("9"), 3));
  CHECK(read_extent(file, space_of("9")) == 3);
  CHECK_FALSE(read_extent(file, space));
}
