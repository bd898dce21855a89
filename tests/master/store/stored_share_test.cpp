#include "master/store/stored_share.hpp"

#include <doctest/doctest.h>

#include "master/store/database.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("a database tells which part of a search it holds, until it is to hold all of it") {
  TemporaryFolder folder;
  const auto file = folder.path / "s.db";
  for (const char* name : {"s", "t"}) Store(file, noop_space(R"({"index": [1, 2, 3]})", name), "f", {});
  const auto read = [&](const std::string& search) {
    SQLite::Database database = open_for_reading(file);
    return read_share(database, search);
  };
  write_share(file, "s", {});
  CHECK_FALSE(read("s"));
  CHECK(query(file, "SELECT count(*) FROM sqlite_master WHERE name = 'parts'") == std::vector<std::string>{"0"});
  write_share(file, "s", StoredShare{{1, 3}, 7});
  REQUIRE(read("s"));
  CHECK(read("s")->share == Share{1, 3});
  CHECK(read("s")->trials == 7);
  CHECK_FALSE(read("t"));
  write_share(file, "s", StoredShare{{0, 2}, {}});
  CHECK(read("s")->share == Share{0, 2});
  CHECK_FALSE(read("s")->trials);
  write_share(file, "s", {});
  CHECK_FALSE(read("s"));
}
