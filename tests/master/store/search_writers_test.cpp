#include "master/store/search_writers.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// A search whose writer was on another host, and looked at from here.
struct Elsewhere {
  TemporaryFolder folder;
  std::filesystem::path file = folder / "s.db";
  SQLite::Database database = opened();

  SQLite::Database opened() const {
    { Store store(file, noop_space(R"({"index": [1, 2]})"), "f", {}); }
    write_elsewhere(file, 70);
    return {file, SQLite::OPEN_READWRITE, 10'000};
  }
};

}  // namespace

TEST_CASE("changing a search of another host waits for a sign of life, and no longer than that") {
  Elsewhere silent, alive;
  const Seconds asked = steady_time();
  SearchWriters of_silent(silent.database, silent.file, Seconds(0.3));
  CHECK_NOTHROW(of_silent.await_none("1"));
  CHECK(steady_time() - asked >= Seconds(0.3));
  CHECK_NOTHROW(of_silent.check_none("1"));
  write_elsewhere(silent.file, 0);
  CHECK_THROWS_AS(of_silent.check_none("1"), InputError);  // begun meanwhile
  CHECK_NOTHROW(of_silent.check_none("name = 'another'"));

  const Signs signs(alive.file);
  CHECK_THROWS_WITH_AS(SearchWriters(alive.database, alive.file).await_none("1"),
                       doctest::Contains("s.db: search 's' is being written by process 1 on elsewhere"), InputError);
}

TEST_CASE("a search without a writer is changed at once") {
  Elsewhere idle;
  execute(idle.file, "UPDATE searches SET writer_host = NULL");
  const Seconds asked = steady_time();
  CHECK_NOTHROW(SearchWriters(idle.database, idle.file).await_none("1"));
  CHECK(steady_time() - asked < Seconds(5));
}
