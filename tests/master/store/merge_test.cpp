#include "master/store/merge.hpp"

#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include "master/cli/merge_command.hpp"
#include "master/cli/results.hpp"
#include "master/store/database.hpp"
#include "master/store/stored_extent.hpp"
#include "master/store/stored_share.hpp"
#include "search/base/error.hpp"
#include "search/space/extent.hpp"
#include "tests/master/report/results_fixture.hpp"
#include "tests/master/store/own_space.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::string>;

const std::string six = R"({"index": [1, 2, 3, 4, 5, 6]})";

/// A database in which the trials of these indices of `six` are complete, with score index / 10 + `more`.
void fill(const fs::path& file, const std::vector<std::uint64_t>& indices, double more = 0,
          const Space& space = noop_space(six), const std::string& fingerprint = "f") {
  Store store(file, space, fingerprint, {});
  for (const std::uint64_t i : indices)
    store.finish(training(space, i - 1), 0, worker(), outcome(0.1 * double(i) + more));
}

/// The output of `stormsweep merge`, or its refusal.
std::string merge(const fs::path& out, const std::vector<fs::path>& in) {
  Arguments arguments{out.string()};
  for (const fs::path& file : in) arguments.push_back(file.string());
  try {
    const std::string told = printed(merge_command, arguments);
    return told.substr(out.string().size() + 2, told.size() - out.string().size() - 3);
  } catch (const InputError& error) {
    return error.what();
  }
}

const std::string all = "SELECT \"index\", status, round(score, 3) FROM results ORDER BY 1";

}  // namespace

TEST_CASE("merged parts are the whole, and merging again changes nothing") {
  TemporaryFolder folder;
  const auto a = folder / "a.db", b = folder / "b.db", out = folder / "out.db";
  fill(a, {1, 3, 5});
  fill(b, {2, 4, 6});
  CHECK(merge(out, {a, b}) == "6 trials new, 0 ended since, 0 had ended there already");
  const Rows whole{"1|complete|0.1", "2|complete|0.2", "3|complete|0.3",
                   "4|complete|0.4", "5|complete|0.5", "6|complete|0.6"};
  CHECK(query(out, all) == whole);
  const Rows rows = query(out, "SELECT * FROM results");
  CHECK(merge(out, {b, a}) == "0 trials new, 0 ended since, 6 had ended there already");
  CHECK(query(out, "SELECT * FROM results") == rows);
  CHECK_FALSE(fs::exists(out.string() + "-journal"));
  // Every field of a row arrives.
  const std::string fields =
      "SELECT seed, status, attempt, worker, host, device, threads, gang, cpu, versions, index_, "
      "score, wall_seconds, load_seconds, augment_seconds, train_seconds, test_seconds, "
      "samples_per_second, flops, peak_share, error, started, finished FROM (SELECT *, \"index\" AS index_ "
      "FROM results) WHERE index_ = 3";
  CHECK(query(out, fields) == query(a, fields));
}

TEST_CASE("a merged search goes on from its proposals and from the extent of its budget, and others are refused") {
  TemporaryFolder folder;
  const auto a = folder / "a.db", b = folder / "b.db", c = folder / "c.db", out = folder / "out.db";
  const Space space = noop_space(six, "s", R"("method": "bayes", "limits": {"hours": 1}, )");
  const auto propose = [&](const fs::path& file, std::uint64_t width, const std::vector<std::uint64_t>& indices,
                           std::uint64_t extent) {
    {
      Store store(file, space, "f", {});
      store.keep_width(width);
      for (std::uint64_t i = 0; i < indices.size(); ++i)
        store.keep({i, training(space, indices[i] - 1).configuration,
                    i < 2 ? "" : R"({"weights": [1], "signal": 1, "noise": 1})"});
    }
    keep_extent(file, with_extent(space, extent));
  };
  const auto proposals = [](const fs::path& file) {
    return query(file, "SELECT number, configuration, parameters FROM proposals ORDER BY number");
  };
  propose(a, 2, {4, 1, 5}, 5);
  CHECK(merge(out, {a}) == "0 trials new, 0 ended since, 0 had ended there already");
  CHECK(proposals(out) == proposals(a));
  CHECK(query(out, "SELECT width FROM searches") == Rows{"2"});
  CHECK(read_extent(out, space) == 5);
  CHECK(Store(out, space, "f", {}).proposals().proposals.size() == 3);

  propose(a, 2, {4, 1, 5, 2}, 5);  // `a` went on
  merge(out, {a});
  CHECK(proposals(out) == proposals(a));

  const std::string elsewhere = " than in " + out.string() + "; merge it into another file";
  propose(b, 2, {4, 1, 6}, 5);
  CHECK(merge(out, {b}) == b.string() + ": search 's' there has made other proposals" + elsewhere);
  propose(b, 3, {4, 1, 5}, 5);
  CHECK(merge(out, {b}) == b.string() + ": search 's' there has made other proposals" + elsewhere);
  propose(c, 2, {4, 1, 5}, 6);
  CHECK(merge(out, {c}) == c.string() + ": search 's' there has another extent, or budget," + elsewhere);
  CHECK(proposals(out) == proposals(a));
  CHECK_NOTHROW(printed(results_command, {a.string(), b.string()}));  // these are only read
}

TEST_CASE("a part into which another one is merged no longer counts as a part") {
  TemporaryFolder folder;
  const auto a = folder / "a.db", b = folder / "b.db";
  fill(a, {1, 3, 5});
  fill(b, {2});
  write_share(a, "s", StoredShare{{0, 2}, 3});
  const auto is_part = [&] {
    SQLite::Database database = open_for_reading(a);
    return read_share(database, "s").has_value();
  };
  merge(a, {b});
  CHECK_FALSE(is_part());
  write_share(a, "s", StoredShare{{0, 2}, 3});
  merge(a, {b});  // nothing new
  CHECK(is_part());
}

TEST_CASE("a merged database is resumed: only what is missing is missing") {
  TemporaryFolder folder;
  const auto a = folder / "a.db", b = folder / "b.db", out = folder / "out.db";
  fill(a, {1, 2});
  fill(b, {4});
  merge(out, {a, b});
  const Space space = noop_space(six);
  Store store(out, space, "f", {});
  CHECK(store.counts().complete == 3);
  for (const std::uint64_t i : {0, 1, 3}) CHECK_FALSE(store.missing(training(space, i)));
  for (const std::uint64_t i : {2, 4, 5}) CHECK(store.missing(training(space, i)));
  CHECK(store.best()->metric == doctest::Approx(0.4));
}

TEST_CASE("parts of an edited space are joined by what was trained, not by its number") {
  TemporaryFolder folder;
  const auto a = folder / "a.db", b = folder / "b.db", out = folder / "out.db";
  fill(a, {1, 2, 3});
  const Space edited = noop_space(R"({"index": [9, 3, 2]})");
  fill(b, {1, 2, 3}, 5, edited);
  CHECK(merge(out, {a, b}) == "4 trials new, 0 ended since, 2 had ended there already");
  CHECK(query(out, all) == Rows{"1|complete|0.1", "2|complete|0.2", "3|complete|0.3", "9|complete|5.1"});
}

TEST_CASE("a trial that has ended wins over one that runs, whichever comes first; of two that have, the first stays") {
  TemporaryFolder folder;
  const auto a = folder / "a.db", b = folder / "b.db", out = folder / "out.db";
  const Space space = noop_space(six);
  fill(a, {1, 2}, 0);
  {
    Store store(b, space, "f", {});
    store.start(training(space, 0), 0, worker(), 1.7e9);  // it waits once its writer has left
    store.finish(training(space, 1), 0, worker(), outcome(7));
    store.start(training(space, 2), 0, worker(), 1.7e9);
  }
  CHECK(merge(out, {b, a}) == "3 trials new, 1 ended since, 1 had ended there already");
  CHECK(query(out, all) == Rows{"1|complete|0.1", "2|complete|7.0", "3|waiting|NULL"});
  const auto other = folder / "other.db";
  CHECK(merge(other, {a, b}) == "3 trials new, 0 ended since, 1 had ended there already");
  CHECK(query(other, all) == Rows{"1|complete|0.1", "2|complete|0.2", "3|waiting|NULL"});
  fill(b, {3});
  CHECK(merge(other, {a, b}) == "0 trials new, 1 ended since, 3 had ended there already");
  CHECK(query(other, all).back() == "3|complete|0.3");
}

TEST_CASE("a trial runs in a merged database only while its writer lives") {
  TemporaryFolder folder;
  const auto a = folder / "a.db", out = folder / "out.db";
  const Space space = noop_space(six);
  Store store(a, space, "f", {});
  store.start(training(space, 0), 0, worker(), 1.7e9);
  store.commit();
  execute(a, "UPDATE searches SET writer_pid = " + std::to_string(getppid()));
  merge(out, {a});
  CHECK(query(out, "SELECT status FROM results") == Rows{"running"});
  execute(a, "UPDATE searches SET writer_pid = 999999999");
  merge(out, {a});
  CHECK(query(out, "SELECT status FROM results") == Rows{"waiting"});
}

TEST_CASE("searches side by side, curves and columns of all metrics arrive") {
  TemporaryFolder folder;
  const auto a = folder / "a.db", out = folder / "out.db";
  const TornadoResults tornado;
  fill(a, {1}, 0, noop_space(six, "n"));
  fill(a, {1, 2}, 0, noop_space(six, "m"));
  CHECK(merge(out, {a, tornado.file}) == "17 trials new, 0 ended since, 0 had ended there already");
  CHECK(query(out, "SELECT search, count(*) FROM results GROUP BY 1") == Rows{"m|2", "n|1", "s|14"});
  for (const char* sql :
       {"SELECT epoch, seconds, train_loss, count(*) FROM curves GROUP BY 1, 2, 3", "SELECT count(*) FROM epochs",
        "SELECT test_accuracy FROM results WHERE search = 's' ORDER BY trial"}) {
    CAPTURE(std::string(sql));
    CHECK(fmt::format("{}", fmt::join(query(out, sql), "\n")) ==
          fmt::format("{}", fmt::join(query(tornado.file, sql), "\n")));
  }
  CHECK(query(out, "SELECT DISTINCT score IS NULL, test_accuracy IS NULL FROM results WHERE search = 'm'") ==
        Rows{"0|1"});
}

TEST_CASE("more rows and epochs than are read at once arrive") {
  TemporaryFolder folder;
  const auto a = folder / "a.db", out = folder / "out.db";
  const Space space = noop_space(R"({"index": {"min": 1, "max": 10001, "step": 1}})");
  {
    Store store(a, space, "f", {});
    for (std::uint64_t i = 0; i < 10001; ++i) store.finish(training(space, i), 0, worker(), outcome(0.5));
    for (std::uint64_t i = 0; i < 4; ++i)
      for (std::uint32_t e = 1; e <= 2500; ++e) store.add_epochs(training(space, i), {{e, 1, {{"loss", 1.0}}}});
  }
  CHECK(merge(out, {a}) == "10,001 trials new, 0 ended since, 0 had ended there already");
  CHECK(query(out, "SELECT count(*), count(DISTINCT curve) FROM epochs") == Rows{"10000|4"});
}

TEST_CASE("what cannot be merged is refused in a line, and nothing of it is merged") {
  TemporaryFolder folder;
  const auto a = folder / "a.db", b = folder / "b.db", out = folder / "out.db";
  fill(a, {1});
  SUBCASE("other data") {
    fill(b, {2}, 0, noop_space(six), "g");
    CHECK(merge(out, {a, b}) == b.string() + ": search 's' there was trained on other data than in " + out.string() +
                                    "; merge it into another file");
    CHECK_FALSE(fs::exists(out));
    CHECK_THROWS_WITH_AS(printed(results_command, {a.string(), b.string()}),
                         (b.string() + ": search 's' there was trained on other data than that of the same name in a "
                                       "file before it; ask one file after the other")
                             .c_str(),
                         InputError);
  }
  SUBCASE("an own experiment that shares trainings otherwise") {
    const std::string grid = R"("parameters": {"epochs": [5, 10], "schedule": ["constant", "cosine"]})";
    const auto own = folder / "own.db";
    fill(own, {2}, 0, own_space("", grid));
    fill(b, {2}, 0, own_space(R"(, "of_length": ["cosine"])", grid));
    CHECK(merge(out, {own, b}) ==
          b.string() +
              ": search 's' there shares trainings otherwise (milestone epochs, of_length [cosine of schedule] "
              "rather than milestone epochs, of_length []) than in " +
              out.string() + "; merge it into another file");
    CHECK_FALSE(fs::exists(out));
  }
  SUBCASE("another experiment") {
    const TornadoResults tornado;
    CHECK(merge(out, {a, tornado.file}).find("is of another experiment than in") != std::string::npos);
  }
  SUBCASE("another program's file, a newer schema, no file") {
    std::ofstream(b) << "not a database, and long enough to have been one";
    CHECK(merge(out, {a, b}).starts_with(b.string() + ": this is not a results database"));
    CHECK_FALSE(fs::exists(out));
    fs::remove(b);
    fill(b, {2});
    execute(b, "PRAGMA user_version = 1000");
    CHECK(merge(out, {a, b}).starts_with(b.string() + ": its schema is version 1000"));
    CHECK(merge(out, {folder / "none.db"}).find("there is no such file") != std::string::npos);
  }
  SUBCASE("into itself") {
    CHECK(merge(a, {folder / "." / "a.db"}).find("is both OUT and among the files") != std::string::npos);
    CHECK(query(a, all) == Rows{"1|complete|0.1"});
  }
  SUBCASE("into a search that runs") {
    fill(out, {2});
    fill(b, {3});
    write_elsewhere(out, 70);
    const Signs signs(out);
    CHECK(merge(out, {b}).starts_with(out.string() + ": search 's' is being written by process"));
    CHECK(query(out, all) == Rows{"2|complete|0.2"});
  }
}

TEST_CASE("the refusal of an OUT that may not be written names it, not what is merged into it") {
  TemporaryFolder folder;
  const auto out = folder / "out.db", in = folder / "in.db";
  open_for_writing(out);
  open_for_writing(in);
  SQLite::Database database(out, SQLite::OPEN_READONLY);
  CHECK_THROWS_WITH_AS(merge_database(database, out, in), doctest::Contains((out.string() + ": may not be").c_str()),
                       InputError);
}

TEST_CASE("JSON lines beside a merged database are written anew by its next run") {
  TemporaryFolder folder;
  const auto b = folder / "b.db", out = folder / "out.db";
  const Space space = noop_space(six);
  const auto open = [&] { Store(out, space, "f", {.json = folder / "s.jsonl"}); };
  open();
  fill(out, {1});
  open();
  CHECK(lines(folder / "s.jsonl").size() == 1);
  fill(b, {2});
  merge(out, {b});
  open();
  CHECK(lines(folder / "s.jsonl").size() == 2);
}

TEST_CASE("results of several databases are those of their union") {
  TemporaryFolder folder;
  const auto a = folder / "a.db", b = folder / "b.db";
  fill(a, {1, 3});
  fill(b, {2, 3});
  const std::string table = printed(
      results_command, {a.string(), b.string(), "--format", "csv", "--show", "index,status", "--sort", "index"});
  CHECK(table == "index,status\n1,complete\n2,complete\n3,complete\n");
}
