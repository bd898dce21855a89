#include "master/page/live_page.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "search/base/error.hpp"
#include "tests/master/report/results_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("a live page follows its database, and only when that has changed") {
  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const Space space = noop_space(R"({"index": {"min": 1, "max": 9, "step": 1}})", "n");
  Store store(file, space, "f", {});
  store.finish(training(space, 0), 0, worker(), outcome(0.5));
  store.commit();
  LivePage live({{file}, ""}, "stormsweep serve n.db");
  const auto trials = [&] { return nlohmann::json::parse(live.shown()->data)["searches"][0]["trials"]; };
  const std::string first = live.shown()->tag;
  CHECK(trials() == 1);
  CHECK(nlohmann::json::parse(live.shown()->data)["databases"][0] == file.string());
  live.renew(Seconds(1e9));
  CHECK(live.shown()->tag == first);
  store.finish(training(space, 1), 0, worker(), outcome(0.75));
  store.commit();
  live.renew(Seconds(2e9));
  CHECK(live.shown()->tag != first);
  CHECK(trials() == 2);
  CHECK(live.shown()->page.find("connect-src 'self'; ") != std::string::npos);
  CHECK(live.shown()->report.find("connect-src") == std::string::npos);
}

TEST_CASE("copies take a hundredth of the time at most: the next one waits") {
  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const Space space = noop_space(R"({"index": [1, 2]})", "n");
  { Store(file, space, "f", {}).finish(training(space, 0), 0, worker(), outcome(0.5)); }
  const Seconds begin = steady_time();  // a busy machine may take any time from here
  LivePage live({{file}, ""}, "");
  const std::string tag = live.shown()->tag;
  SQLite::Database other(file, SQLite::OPEN_READWRITE);
  other.exec("UPDATE trials SET attempt = 2");
  live.renew(begin);
  CHECK(live.shown()->tag == tag);
}

TEST_CASE("a live page follows an older version's database, too, and copies it only when that has changed") {
  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const Space space = noop_space(R"({"index": [1, 2]})", "n");
  { Store(file, space, "f", {}).finish(training(space, 0), 0, worker(), outcome(0.5)); }
  execute(file, "DROP VIEW results; ALTER TABLE trials DROP COLUMN rank_seconds; PRAGMA user_version = 5");
  LivePage live({{file}, ""}, "");
  const std::string first = live.shown()->tag;
  live.renew(Seconds(1e9));
  CHECK(live.shown()->tag == first);
  execute(file, "UPDATE trials SET status = 'failed'");
  live.renew(Seconds(2e9));
  CHECK(nlohmann::json::parse(live.shown()->data)["searches"][0]["statuses"] == nlohmann::json{{"failed", 1}});
}

TEST_CASE("a file that is not our database has no live page, and the attempt leaves nothing behind") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(LivePage({{folder / "none.db"}, ""}, ""), InputError);
}

TEST_CASE("an error of a live page names the user's file, not its copy") {
  const TornadoResults results;
  CHECK_THROWS_WITH_AS(LivePage({{results.file}, "q"}, ""),
                       (results.file + ": --search is q; the searches there are s").c_str(), InputError);
}
