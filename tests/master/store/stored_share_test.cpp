#include "master/store/stored_share.hpp"

#include <doctest/doctest.h>

#include "master/store/database.hpp"
#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("a database tells which part of a search it holds, until it is to hold all of it") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
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

TEST_CASE("a database with trials of one division takes none of another") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(R"({"index": [1, 2, 3]})");
  CHECK_NOTHROW(refuse_other_division(file, "s", {0, 2}));  // no file
  { Store store(file, space, "f", {}); }
  write_share(file, "s", StoredShare{{0, 3}, 1});
  CHECK_NOTHROW(refuse_other_division(file, "s", {0, 2}));  // no trials
  {
    Store store(file, space, "f", {});
    store.finish(training(space, 0), 0, worker(), outcome(0.5));
  }
  CHECK_NOTHROW(refuse_other_division(file, "s", {0, 3}));
  CHECK_NOTHROW(refuse_other_division(file, "t", {0, 2}));
  CHECK_THROWS_WITH_AS(refuse_other_division(file, "s", {0, 2}),
                       (file.string() + ": --share is 0/2, and search 's' there is part 0 of 3; give --share 0/3, or "
                                        "name another --results")
                           .c_str(),
                       InputError);
}
