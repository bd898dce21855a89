#include "master/store/database.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

#include "master/store/schema.hpp"
#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("files that are no results are refused in one line, by writers and readers") {
  TemporaryFolder folder;
  const auto file = folder.path / "r.db";
  const auto refused = [&](const char* message) {
    CHECK_THROWS_WITH_AS(open_for_writing(file), doctest::Contains(message), InputError);
    CHECK_THROWS_WITH_AS(open_for_reading(file), doctest::Contains(message), InputError);
  };
  SUBCASE("not a database") {
    std::ofstream(file) << std::string(5000, 'x');
    refused("r.db: this is not a results database; give the name of one, or of a new file");
    CHECK(text(file) == std::string(5000, 'x'));
  }
  SUBCASE("another program's") {
    SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE theirs (x)");
    const std::string before = text(file);
    refused("r.db: this database is another program's; name another file");
    CHECK(text(file) == before);
  }
  SUBCASE("newer") {
    open_for_writing(file);
    execute(file, "PRAGMA user_version = 99");
    refused("r.db: its schema is version 99, and this program knows up to");
  }
  SUBCASE("a folder") {
    std::filesystem::create_directory(file);
    refused("r.db: cannot be opened or created; check that its folder exists");
  }
}

TEST_CASE("a database of the first version is brought up to date, its rows stay") {
  TemporaryFolder folder;
  const auto file = folder.path / "r.db";
  {
    Store store(file, noop_space(R"({"index": [1, 2]})"), "", {});
    store.finish(training(noop_space(R"({"index": [1, 2]})"), 0), 0, worker(), outcome(0.5));
  }
  execute(file, "DROP VIEW results; ALTER TABLE trials DROP COLUMN peak_share; PRAGMA user_version = 1");
  const SQLite::Database database = open_for_reading(file);
  CHECK(query(file, "SELECT count(*), max(flops) > 0, max(peak_share) FROM results") ==
        std::vector<std::string>{"1|1|NULL"});
  CHECK(query(file, "PRAGMA user_version") == std::vector{std::to_string(schema_version)});
}

TEST_CASE("missing files and folders are told") {
  CHECK_THROWS_WITH_AS(open_for_writing("/nowhere/at/all/r.db"), doctest::Contains("check that its folder exists"),
                       InputError);
  CHECK_THROWS_WITH_AS(open_for_reading("/nowhere/r.db"), doctest::Contains("there is no such file"), InputError);
  TemporaryFolder folder;
  std::ofstream(folder.path / "empty.db");
  CHECK_THROWS_WITH_AS(open_for_reading(folder.path / "empty.db"), doctest::Contains("holds no results"), InputError);
}

TEST_CASE("a reader cannot write, but may make temporary tables") {
  TemporaryFolder folder;
  const auto file = folder.path / "r.db";
  open_for_writing(file);
  SQLite::Database database = open_for_reading(file);
  CHECK_THROWS_AS(database.exec("DELETE FROM trials"), SQLite::Exception);
  CHECK_NOTHROW(database.exec("CREATE TEMP TABLE t AS SELECT * FROM results"));
}

TEST_CASE("a full disk is told, and what was committed stays") {
  TemporaryFolder folder;
  const auto file = folder.path / "s.db";
  const Space space = noop_space(R"({"index": {"min": 0, "max": 99999, "count": 100000}})");
  {
    Store store(file, space, "f", {});
    store.finish(training(space, 0), 0, worker(), outcome(0.5));
  }
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{300'000, 300'000};  // larger files cannot grow: the nearest to a full disk that needs no disk
    setrlimit(RLIMIT_FSIZE, &limit);
    int code = 1;
    try {
      Store store(file, space, "f", {});
      for (std::uint64_t i = 1; i < 100000; ++i) store.finish(training(space, i), 0, worker(), outcome(0.5));
      store.commit();
    } catch (const InputError& error) {
      code = std::string(error.what()).find("not full, and run it again") != std::string::npos ? 2 : 3;
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 2);
  CHECK(query(file, "SELECT \"index\" FROM results") == std::vector<std::string>{"0"});
  CHECK(query(file, "PRAGMA integrity_check") == std::vector<std::string>{"ok"});
}
