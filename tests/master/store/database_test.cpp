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
  const auto file = folder / "r.db";
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
  const auto file = folder / "r.db";
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
  const auto file = folder / "r.db";
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
  const auto file = folder / "r.db";
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

TEST_CASE("a new database and its journal follow the umask, so that a group may continue its search") {
  for (const mode_t mask : {0002, 0022, 0077}) {
    TemporaryFolder folder;
    const mode_t before = umask(mask);
    SQLite::Database database = open_for_writing(folder / "r.db");
    umask(before);
    for (const char* name : {"r.db", "r.db-journal"})
      CHECK(std::filesystem::status(folder / name).permissions() == std::filesystem::perms(0666 & ~mask));
  }
}

TEST_CASE("a user who may not write is told what a killed writer left, and who can undo it") {
  TemporaryFolder folder;
  const auto file = folder / "r.db", left = folder / "left.db";
  {
    SQLite::Database writer = open_for_writing(file);
    writer.exec("PRAGMA cache_size = 1; BEGIN; CREATE TABLE much (x)");
    for (int i = 0; i < 100; ++i) writer.exec("INSERT INTO much VALUES (zeroblob(5000))");
    std::filesystem::copy_file(file, left);
    std::filesystem::copy_file(file.string() + "-journal", left.string() + "-journal");
  }
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
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
  SQLite::Database database = open_for_writing(folder / "r.db");
  CHECK(database.execAndGet("PRAGMA synchronous").getInt() == 2);  // FULL (sqlite.org/pragma.html)
}

TEST_CASE("no profile has the name of a table, view or index of the database") {
  TemporaryFolder folder;
  const auto file = folder / "r.db";
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
  std::ofstream(folder / "empty.db");
  CHECK_THROWS_WITH_AS(open_for_reading(folder / "empty.db"), doctest::Contains("holds no results"), InputError);
}

TEST_CASE("a reader cannot write, but may make temporary tables") {
  TemporaryFolder folder;
  const auto file = folder / "r.db";
  open_for_writing(file);
  SQLite::Database database = open_for_reading(file);
  CHECK_THROWS_AS(database.exec("DELETE FROM trials"), SQLite::Exception);
  CHECK_NOTHROW(database.exec("CREATE TEMP TABLE t AS SELECT * FROM results"));
}

TEST_CASE("a full disk is told, what was committed stays, and the rest is committed once there is room") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
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
          open_for_writing(folder / (std::to_string(file) + ".db"));
        } catch (const InputError&) {
          ++refused;
        }
      });
  }
  CHECK(refused.load() == 0);
}
