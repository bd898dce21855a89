#include "master/store/database.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "master/store/process_identity.hpp"
#include "master/store/schema.hpp"
#include "master/store/stored_extent.hpp"
#include "master/store/stored_share.hpp"
#include "search/base/error.hpp"
#include "search/space/extent.hpp"
#include "tests/master/store/store_fixture.hpp"
#include "tests/refusal.hpp"

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
    refused("r.db: this is not a results database; name another file");
    CHECK(text_of(file) == std::string(5000, 'x'));
  }
  SUBCASE("another program's") {
    SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE theirs (x)");
    const std::string before = text_of(file);
    refused("r.db: this database is another program's; name another file");
    CHECK(text_of(file) == before);
  }
  SUBCASE("newer") {
    open_for_writing(file);
    execute(file, "PRAGMA user_version = 99");
    refused("r.db: its schema is version 99, and this program knows up to");
  }
  SUBCASE("a folder") {
    std::filesystem::create_directory(file);
    refused("r.db: is a folder; give the name of a database");
  }
}

namespace {

/// Replaces fcntl, by which SQLite locks; it fails as on Lustre mounted without -o flock.
int no_locks(int, int, ...) {
  errno = ENOSYS;
  return -1;
}

}  // namespace

TEST_CASE("a file system without locks is told apart from a full disk") {
  TemporaryFolder folder;
  const auto file = folder.path / "r.db";
  open_for_writing(file);
  sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  REQUIRE(system->xSetSystemCall(system, "fcntl", reinterpret_cast<sqlite3_syscall_ptr>(no_locks)) == SQLITE_OK);
  const std::string refusal = "r.db: its file system does not lock files; mount it with locks (Lustre: -o flock)";
  CHECK_THROWS_WITH_AS(open_for_writing(file), doctest::Contains(refusal.c_str()), NotNow);
  CHECK_THROWS_WITH_AS(open_for_reading(file), doctest::Contains(refusal.c_str()), NotNow);
  system->xSetSystemCall(system, "fcntl", nullptr);
}

namespace {

/// Replaces SQLite's reading and opening of files; they fail as on a broken disk.
ssize_t no_read(int, void*, std::size_t, off_t) {
  errno = EIO;
  return -1;
}
int no_open(const char*, int, int) {
  errno = EIO;
  return -1;
}

/// Has `act` fail where SQLite calls the system by one of `names`.
template <class Call>
void without(const std::vector<const char*>& names, Call call, const std::function<void()>& act) {
  sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  for (const char* name : names)
    REQUIRE(system->xSetSystemCall(system, name, reinterpret_cast<sqlite3_syscall_ptr>(call)) == SQLITE_OK);
  act();
  for (const char* name : names) system->xSetSystemCall(system, name, nullptr);
}

}  // namespace

TEST_CASE(
    "a disk that refuses to read is told apart from a damaged file, one that refuses to open from a missing folder") {
  TemporaryFolder folder;
  const auto file = folder.path / "r.db";
  SQLite::Database database = open_for_writing(file);
  database.exec("PRAGMA cache_size = 1");
  const auto read = [&] { guarded(file, [&] { database.execAndGet("SELECT count(*) FROM trials"); }); };
  without({"read", "pread", "pread64"}, no_read, [&] {
    CHECK_THROWS_WITH_AS(read(), doctest::Contains("r.db: cannot be read or written (Input/output error); look"),
                         NotNow);
  });
  CHECK_NOTHROW(read());
  without({"open"}, no_open, [&] {
    CHECK(refusal([&] { open_for_reading(file); }) ==
          file.string() + ": cannot be opened or created (Input/output error); look at its disk");
  });
}

TEST_CASE("a database that cannot be opened because too many files are open says so") {
  TemporaryFolder folder;
  const auto file = folder.path / "r.db";
  open_for_writing(file);
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const std::string told = refusal([&] { open_for_reading(file); });
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(told == file.string() + ": cannot be opened or created (Too many open files); raise `ulimit -n`");
}

TEST_CASE("names that SQLite takes for no file are refused, by writers and readers") {
  for (const char* name : {":memory:", "file:r.db", "file:r.db?mode=memory"}) {
    CHECK_THROWS_WITH_AS(open_for_writing(name), doctest::Contains("SQLite does not take this name for a file"),
                         InputError);
    CHECK_THROWS_WITH_AS(open_for_reading(name), doctest::Contains("SQLite does not take this name for a file"),
                         InputError);
  }
}

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
  'cpu', 3, 1, '2', 'Xeon', 'stormsweep 0.1.0', 1.5, 1, 1, 1, 1, 10, 2e9,{1} '{{"score":0.25}}', NULL, 1.7e9, 1.8e9);
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
           "configuration TEXT NOT NULL, parameters TEXT, PRIMARY KEY (search, number)) WITHOUT ROWID;"};

}  // namespace

TEST_CASE("a database of every older version is brought up to date and goes on; its rows stay") {
  static_assert(schema_version == 5, "add the version before to the list above");
  for (const Version& version : {first, second, third, fourth}) {
    CAPTURE(version.number);
    TemporaryFolder folder;
    const auto file = folder.path / "r.db";
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
    CHECK(query(file, "PRAGMA user_version") == std::vector{std::to_string(schema_version)});
  }
}

TEST_CASE(
    "a reader has an older database brought up to date, and leaves it as it is; so does a writer beside another") {
  TemporaryFolder folder;
  const auto file = folder.path / "r.db";
  for (const Version& version : {first, second, third, fourth}) {
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
  const auto file = folder.path / "r.db";
  SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(first.file());
  write_elsewhere(file, 70);
  const Signs signs(file);
  CHECK_THROWS_WITH_AS(open_for_writing(file), doctest::Contains("by process 1 on elsewhere"), InputError);
  CHECK(query(file, "PRAGMA user_version") == std::vector{std::to_string(first.number)});
}

TEST_CASE("an older database that may not be written can be read, but not opened for writing") {
  TemporaryFolder folder;
  const auto file = folder.path / "r.db";
  SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(first.file());
  const std::string before = text_of(file);
  std::filesystem::permissions(folder.path, std::filesystem::perms(0755));
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

TEST_CASE("a new database and its journal follow the umask, so that a group may continue its search") {
  for (const mode_t mask : {0002, 0022, 0077}) {
    TemporaryFolder folder;
    const mode_t before = umask(mask);
    SQLite::Database database = open_for_writing(folder.path / "r.db");
    umask(before);
    for (const char* name : {"r.db", "r.db-journal"})
      CHECK(std::filesystem::status(folder.path / name).permissions() == std::filesystem::perms(0666 & ~mask));
  }
}

TEST_CASE("a user who may not write is told what a killed writer left, and who can undo it") {
  TemporaryFolder folder;
  const auto file = folder.path / "r.db", left = folder.path / "left.db";
  {
    SQLite::Database writer = open_for_writing(file);
    writer.exec("PRAGMA cache_size = 1; BEGIN; CREATE TABLE much (x)");
    for (int i = 0; i < 100; ++i) writer.exec("INSERT INTO much VALUES (zeroblob(5000))");
    std::filesystem::copy_file(file, left);
    std::filesystem::copy_file(file.string() + "-journal", left.string() + "-journal");
  }
  std::filesystem::permissions(folder.path, std::filesystem::perms(0755));
  const pid_t child = fork();
  if (child == 0) {
    if (setuid(65534) != 0) _exit(77);
    const std::string told = refusal([&] { open_for_reading(left); });
    _exit(told.starts_with(left.string() + ": its writer was killed in the middle of a commit, ") ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 77) {
    MESSAGE("skipped: this user cannot become another");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(open_for_reading(left).tableExists("trials"));  // its owner may, and after that anybody
  CHECK_FALSE(open_for_reading(left).tableExists("much"));
}

TEST_CASE("commits are synchronous") {
  TemporaryFolder folder;
  SQLite::Database database = open_for_writing(folder.path / "r.db");
  CHECK(database.execAndGet("PRAGMA synchronous").getInt() == 2);  // FULL (sqlite.org/pragma.html)
}

TEST_CASE("no profile has the name of a table, view or index of the database") {
  TemporaryFolder folder;
  const auto file = folder.path / "r.db";
  const Space space = noop_space(R"({"index": [1, 2]})", "s", R"("method": "random", "limits": {"hours": 1}, )");
  { Store store(file, space, "f", {}); }
  {
    SQLite::Database database = open_for_writing(file);
    index_identities(database);
  }
  write_share(file, "s", StoredShare{{0, 2}, 1});
  keep_extent(file, with_extent(space, 2));
  const auto names = query(file, "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  CHECK(names.size() >= 11);
  for (const std::string& name : names) {
    CAPTURE(name);
    const std::string experiment =
        R"({"name": "own", "summary": "s", "data": [], "metrics": [{"name": "a", "goal": "minimize", "meaning": "m"}],
            "profiles": [{"name": ")" +
        name + R"(", "at": [1], "metrics": [{"name": "b", "goal": "minimize", "meaning": "m"}]}],
            "hyperparameters": [{"name": "h", "type": "integer", "default": 0, "min": 0, "max": 9, "meaning": "m"}]})";
    CHECK_THROWS_WITH_AS(parse_experiment(experiment, "e.json"), doctest::Contains("choose another"), InputError);
  }
}

TEST_CASE("missing files and folders are reported") {
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

TEST_CASE("a full disk is told, what was committed stays, and the rest is committed once there is room") {
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
    const rlimit limit{300'000,
                       RLIM_INFINITY};  // larger files cannot grow: the nearest to a full disk that needs no disk
    setrlimit(RLIMIT_FSIZE, &limit);
    Store store(file, space, "f", {.last_patience = Seconds(0)});
    for (std::uint64_t i = 1; i < 2000; ++i) {
      store.add_epochs(training(space, i), {{1, 0.5, {{"loss", 1.0}}}});
      store.finish(training(space, i), 0, worker(), outcome(0.5));
    }
    const bool refused = !store.commit() && store.settle() == 1999 &&
                         store.problem().find("not full: what was committed is safe") != std::string::npos;
    const bool kept = query(file, "SELECT \"index\" FROM results") == std::vector<std::string>{"0"};
    const rlimit room{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &room);
    const bool written = store.commit() && store.problem().empty() && store.counts().complete == 2000 &&
                         query(file, "SELECT count(*) FROM epochs") == std::vector<std::string>{"1999"};
    store.close();
    _exit(refused && kept && written ? 2 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 2);
  CHECK(query(file, "SELECT count(*) FROM results") == std::vector<std::string>{"2000"});
  CHECK(query(file, "PRAGMA integrity_check") == std::vector<std::string>{"ok"});
}

TEST_CASE("a new database is taken for its own by all that open it at once") {
  const TemporaryFolder folder;
  std::atomic<int> refused = 0;
  for (int file = 0; file < 50; ++file) {
    std::barrier together(4);
    std::vector<std::jthread> openers;
    for (int i = 0; i < 4; ++i)
      openers.emplace_back([&] {
        together.arrive_and_wait();
        try {
          open_for_writing(folder.path / (std::to_string(file) + ".db"));
        } catch (const InputError&) {
          ++refused;
        }
      });
  }
  CHECK(refused.load() == 0);
}
