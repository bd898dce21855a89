#include "master/store/trial_row.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "master/store/damaged_row.hpp"
#include "master/store/database.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// Every column has a value that no other one has.
TrialRecord distinct() {
  TrialRecord r;
  r.identity.fill(0x1a), r.curve.fill(0x2b);
  r.training = TrainingId{3};
  r.milestone = 4;
  r.seed = 5;
  r.method = "halving", r.proposal = 23, r.bracket = 24, r.rung = 25;
  r.status = Status::waiting;
  r.attempt = 6;
  r.worker = {WorkerId{7}, "a host", "a device", "a cpu", "versions", 8, 9, "10,11"};
  r.configuration = R"({"index":12})";
  r.timings = {13.5, 14.5, 15.5, 16.5, 17.5, 18.5, 19.5, 0.5, 26.5};
  r.metrics = R"({"score":20.5})";
  r.best_epoch = 21, r.best_metric = 22.5;
  r.error = "an error";
  r.started = 23.5, r.finished = 24.5;
  return r;
}

/// The same in SQL, as `quote` writes it.
const std::map<std::string, std::string> in_sql{{"identity", "X'1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A'"},
                                                {"training", "3"},
                                                {"curve", "X'2B2B2B2B2B2B2B2B2B2B2B2B2B2B2B2B'"},
                                                {"milestone", "4"},
                                                {"seed", "5"},
                                                {"method", "'halving'"},
                                                {"proposal", "23"},
                                                {"bracket", "24"},
                                                {"rung", "25"},
                                                {"status", "'waiting'"},
                                                {"attempt", "6"},
                                                {"worker", "7"},
                                                {"host", "'a host'"},
                                                {"device", "'a device'"},
                                                {"cpu", "'a cpu'"},
                                                {"versions", "'versions'"},
                                                {"threads", "8"},
                                                {"gang", "9"},
                                                {"ranks", "'10,11'"},
                                                {"configuration", "'{\"index\":12}'"},
                                                {"wall_seconds", "13.5"},
                                                {"load_seconds", "14.5"},
                                                {"augment_seconds", "15.5"},
                                                {"train_seconds", "16.5"},
                                                {"test_seconds", "17.5"},
                                                {"samples_per_second", "18.5"},
                                                {"flops", "19.5"},
                                                {"peak_share", "0.5"},
                                                {"rank_seconds", "26.5"},
                                                {"metrics", "'{\"score\":20.5}'"},
                                                {"best_epoch", "21"},
                                                {"best_metric", "22.5"},
                                                {"error", "'an error'"},
                                                {"started", "23.5"},
                                                {"finished", "24.5"}};

/// A database with one search, whose number is 1.
struct File {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "s.db";

  File() { Store(path, noop_space(R"({"index": [12]})"), "f", {}); }
  void write(const TrialRecord& record) const {
    SQLite::Database database = open_for_writing(path);
    SQLite::Statement upsert(database, upsert_sql());
    upsert.bind(1, 1);
    bind_record(upsert, 2, record);
    upsert.exec();
  }
  TrialRecord read() const {
    SQLite::Database database = open_for_reading(path);
    SQLite::Statement select(database, "SELECT id, " + trial_column_list() + " FROM trials");
    REQUIRE(select.executeStep());
    return read_record(select, 1, "s");
  }
};

}  // namespace

TEST_CASE("every column of a row is written where its name says, and read back") {
  const File file;
  std::set<std::string> there;
  for (const std::string& name : query(file.path, "SELECT name FROM pragma_table_info('trials')")) there.insert(name);
  std::set<std::string> known{"id", "search"};
  for (const auto& [name, value] : in_sql) known.insert(name);
  CHECK(there == known);

  file.write(distinct());
  const auto check_columns = [&] {
    for (const auto& [name, value] : in_sql) {
      CAPTURE(name);
      CHECK(query(file.path, "SELECT quote(" + name + ") FROM trials") == std::vector{value});
    }
  };
  check_columns();
  CHECK(file.read() == distinct());

  SUBCASE("a row that waits is replaced in every column but its identity") {
    TrialRecord other;
    other.identity = distinct().identity, other.training = distinct().training;
    other.configuration = "{}";
    execute(file.path, "DELETE FROM trials");
    file.write(other);
    CHECK(query(file.path,
                "SELECT count(*) FROM trials WHERE host IS NULL AND wall_seconds IS NULL AND metrics IS NULL "
                "AND error IS NULL AND started IS NULL AND finished IS NULL AND milestone IS NULL") ==
          std::vector<std::string>{"1"});
    CHECK(file.read() == other);
    file.write(distinct());
    check_columns();
  }
  SUBCASE("a row that has ended stays") {
    TrialRecord ended = distinct(), later = distinct();
    ended.status = Status::complete;
    later.status = Status::failed, later.error = "too late";
    file.write(ended);
    file.write(later);
    CHECK(file.read() == ended);
  }
  SUBCASE("the view shows it") {
    for (const auto& [name, value] : in_sql) {
      if (!is_result_column(name)) continue;
      CAPTURE(name);
      const bool date = name == "started" || name == "finished";
      CHECK(query(file.path, "SELECT quote(" + name + ") FROM results") ==
            std::vector{date ? "'1970-01-01T00:00:" + value.substr(0, 2) + "Z'" : value});
    }
    CHECK(query(file.path, "SELECT search, trial, \"index\", score FROM results") ==
          std::vector<std::string>{"s|1|12|20.5"});
  }
}

TEST_CASE("a JSON line has every column that the view shows") {
  std::string text;
  append_line(text, "s", TrialId{1}, distinct());
  CHECK(text.back() == '\n');
  auto line = nlohmann::json::parse(text);
  CHECK(line.at("search") == "s");
  CHECK(line.at("trial") == 1);
  CHECK(line.at("configuration").at("index") == 12);
  CHECK(line.at("metrics").at("score") == 20.5);
  line.update(line.at("timings"));
  for (const char* other : {"search", "trial", "configuration", "metrics", "timings"}) line.erase(other);
  for (const auto& [name, value] : in_sql) {
    if (!is_result_column(name)) continue;
    CAPTURE(name);
    std::string json = value;
    for (char& c : json)
      if (c == '\'') c = '"';
    CHECK(line.at(name) == nlohmann::json::parse(json));
    line.erase(name);
  }
  CHECK(line.empty());

  text.clear();
  append_line(text, "s", TrialId{1}, {});
  for (const char* unknown : {"timings", "metrics", "error", "started", "finished"})
    CHECK(text.find(fmt::format("\"{}\":null", unknown)) != text.npos);
}

TEST_CASE("a value that no stormsweep writes is reported with its row") {
  const File file;
  file.write(distinct());
  const auto refused = [&](const char* change, const char* message) {
    execute(file.path, change);
    CHECK_THROWS_WITH_AS(file.read(), doctest::Contains(message), DamagedRow);
  };
  refused("UPDATE trials SET status = 'paused'",
          "trial 1 of search 's' has the status 'paused', which stormsweep does not write; restore a copy of the file, "
          "or take the trial away (DELETE FROM trials WHERE id = 1) and run the search again");
  refused("UPDATE trials SET status = 'failed', curve = X'00'", "trial 1 of search 's' has, as curve, 1 bytes");
}
