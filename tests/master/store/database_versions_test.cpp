// Databases of older versions, which old programs left.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "master/store/database.hpp"
#include "master/store/process_identity.hpp"
#include "master/store/schema.hpp"
#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// The tables of each version as its program created them, with a search and a complete trial; a Version fills in the
/// rest.
constexpr const char* old_file = R"(
CREATE TABLE searches (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, experiment TEXT NOT NULL, fingerprint TEXT NOT NULL,
  metric TEXT NOT NULL, goal TEXT NOT NULL,{3} space TEXT NOT NULL, numbering INTEGER NOT NULL, created REAL NOT NULL,
  json_file TEXT, json_bytes INTEGER,
  writer_host TEXT, writer_pid INTEGER, writer_job TEXT, writer_seen REAL);
CREATE TABLE trials (
  id INTEGER PRIMARY KEY, search INTEGER NOT NULL REFERENCES searches(id), identity BLOB NOT NULL,
  seed INTEGER NOT NULL, training INTEGER NOT NULL, curve BLOB NOT NULL, milestone INTEGER,
  configuration TEXT NOT NULL, status TEXT NOT NULL, attempt INTEGER NOT NULL,
  worker INTEGER, host TEXT, device TEXT, threads INTEGER, gang INTEGER, ranks TEXT, cpu TEXT, versions TEXT,
  wall_seconds REAL, load_seconds REAL, augment_seconds REAL, train_seconds REAL, test_seconds REAL,
  samples_per_second REAL, flops REAL,{0} metrics TEXT, error TEXT, started REAL, finished REAL,
  UNIQUE (search, training, identity));
CREATE INDEX trials_not_complete ON trials (search, status) WHERE status <> 'complete';
CREATE TABLE epochs (
  search INTEGER NOT NULL REFERENCES searches(id), curve BLOB NOT NULL, epoch INTEGER NOT NULL,
  seconds REAL NOT NULL, metrics TEXT NOT NULL, PRIMARY KEY (search, curve, epoch)) WITHOUT ROWID;
CREATE TABLE columns (experiment TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (experiment, kind, name));
CREATE VIEW results AS SELECT 1;
CREATE VIEW curves AS SELECT 1;
INSERT INTO searches VALUES (1, 's', 'noop', 'f', 'score', 'maximize',{4} '', 0, 1, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO trials VALUES (1, 1, zeroblob(16), 7, 99, zeroblob(16), NULL, '{{"index":99}}', 'complete', 1, 2, 'node1',
  'cpu', 3, 4, '2', 'Xeon', 'stormsweep 0.1.0', 1.5, 1, 1, 1, 1, 10, 2e9,{1} '{{"score":0.25}}', NULL, 1.7e9, 1.8e9);
PRAGMA application_id = 1398228304;
PRAGMA user_version = {2};
)";

/// What a version adds to the first version.
struct Version {
  int number;
  const char *columns, *values;  ///< of trials, between flops and metrics
  const char *search_columns, *search_values;
  const char* shown;        ///< peak_share
  const char* tables = "";  ///< further ones

  std::string file() const {
    return fmt::format(fmt::runtime(old_file), columns, values, number, search_columns, search_values) + tables;
  }
};
constexpr Version first{1, "", "", "", "", "NULL"}, second{2, " peak_share REAL,", " 0.5,", "", "", "0.5"},
    third{3,
          " peak_share REAL, best_epoch INTEGER, best_metric REAL,",
          " 0.5, NULL, NULL,",
          " metric_at TEXT NOT NULL,",
          " 'last',",
          "0.5"},
    fourth{4,
           " peak_share REAL, best_epoch INTEGER, best_metric REAL, method TEXT, proposal INTEGER, bracket INTEGER, "
           "rung INTEGER,",
           " 0.5, NULL, NULL, NULL, NULL, NULL, NULL,",
           " metric_at TEXT NOT NULL, width INTEGER,",
           " 'last', NULL,",
           "0.5",
           "CREATE TABLE proposals (search INTEGER NOT NULL REFERENCES searches(id), number INTEGER NOT NULL, "
           "configuration TEXT NOT NULL, parameters TEXT, PRIMARY KEY (search, number)) WITHOUT ROWID;"},
    fifth{5,
          fourth.columns,
          fourth.values,
          fourth.search_columns,
          fourth.search_values,
          fourth.shown,
          fourth.tables};  // its view differs

}  // namespace

TEST_CASE("a database of every older version is brought up to date and goes on; its rows stay") {
  static_assert(schema_version == 6, "add the version before to the list above");
  for (const Version& version : {first, second, third, fourth, fifth}) {
    CAPTURE(version.number);
    TemporaryFolder folder;
    const auto file = folder / "r.db";
    SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(version.file());
    const Space space = noop_space(R"({"index": [1, 2]})");
    {
      Store store(file, space, "f", {});
      CHECK(store.counts().complete == 0);  // of this space
      store.finish(training(space, 0), 0, worker(), outcome(0.5));
    }
    CHECK(query(file, "SELECT trial, \"index\", status, host, flops, peak_share, score, started FROM results") ==
          std::vector<std::string>{
              fmt::format("1|99|complete|node1|2000000000.0|{}|0.25|2023-11-14T22:13:20Z", version.shown),
              "2|1|complete|node1|2000000000.0|0.5|0.5|2023-11-14T22:13:20Z"});
    CHECK(query(file, "SELECT trial, method, proposal, bracket, rung FROM results") ==
          std::vector<std::string>{"1|NULL|NULL|NULL|NULL", "2|NULL|NULL|NULL|NULL"});  // by grid
    CHECK(query(file, "SELECT trial, training FROM results ORDER BY trial") == std::vector<std::string>{"1|99", "2|0"});
    CHECK(query(file, "SELECT trial, wall_seconds, gang, rank_seconds FROM results ORDER BY trial") ==
          std::vector<std::string>{"1|1.5|4|6.0", "2|1.5|1|1.5"});
    CHECK(query(file, "PRAGMA user_version") == std::vector{std::to_string(schema_version)});
  }
}

TEST_CASE(
    "a reader has an older database brought up to date, and leaves it as it is; so does a writer beside another") {
  TemporaryFolder folder;
  const auto file = folder / "r.db";
  for (const Version& version : {first, second, third, fourth, fifth}) {
    CAPTURE(version.number);
    std::filesystem::remove(file);
    SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(version.file());
    for (const bool written : {false, true}) {
      if (written)
        execute(file, fmt::format("UPDATE searches SET writer_host = '{}', writer_pid = {}, writer_seen = {}",
                                  this_process().host, getppid(), this_process().seen));
      const std::string before = text_of(file);
      SQLite::Database database = open_for_reading(file);
      SQLite::Statement select(database, "SELECT ifnull(peak_share, 'NULL'), rung IS NULL, training FROM results");
      REQUIRE(select.executeStep());
      CHECK(select.getColumn(0).getString() == version.shown);
      CHECK(select.getColumn(1).getInt() == 1);
      CHECK(select.getColumn(2).getInt() == 99);
      CHECK(text_of(file) == before);
    }
    const std::string before = text_of(file);
    const std::string refusal = file.string() + ": search 's' is being written by process";
    CHECK_THROWS_WITH_AS(Store(file, noop_space(R"({"index": [1]})", "t"), "f", {}), doctest::Contains(refusal.c_str()),
                         InputError);
    CHECK(text_of(file) == before);
  }
}

TEST_CASE("an older database is left alone while a host writes it whose clock is behind ours") {
  TemporaryFolder folder;
  const auto file = folder / "r.db";
  SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(first.file());
  write_elsewhere(file, 70);
  const Signs signs(file);
  CHECK_THROWS_WITH_AS(open_for_writing(file), doctest::Contains("by process 1 on elsewhere"), InputError);
  CHECK(query(file, "PRAGMA user_version") == std::vector{std::to_string(first.number)});
}

TEST_CASE("an older database that may not be written can be read, but not opened for writing") {
  TemporaryFolder folder;
  const auto file = folder / "r.db";
  SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(first.file());
  const std::string before = text_of(file);
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(file, std::filesystem::perms(0444));
  const pid_t child = fork();
  if (child == 0) {
    if (setuid(65534) != 0) _exit(77);
    SQLite::Database database = open_for_reading(file);
    if (database.execAndGet("SELECT count(rung) + count(*) FROM results").getInt() != 1) _exit(1);
    try {
      open_for_writing(file);
    } catch (const InputError& error) {
      _exit(std::string(error.what()).starts_with(file.string() + ": may not be written; ") ? 0 : 1);
    }
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 77) {
    MESSAGE("skipped: this user cannot become another");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(text_of(file) == before);
}
