#include "master/store/damaged_row.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "master/report/metric_comparison.hpp"
#include "master/report/occupancy.hpp"
#include "master/report/selection.hpp"
#include "master/store/merge.hpp"
#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// A search of two trials that have ended, changed by somebody else.
struct Damaged {
  TemporaryFolder folder;
  std::filesystem::path file = folder / "r.db";
  Space space = noop_space(R"({"index": [1, 2]})");

  explicit Damaged(const std::string& change) {
    {
      Store store(file, space, "f", {});
      for (std::uint64_t i = 0; i < 2; ++i) store.finish(training(space, i), 0, worker(), outcome(0.5));
    }
    execute(file, change);
  }
  std::string begin() const { return file.string() + ": "; }
};

constexpr const char* remedy =
    ", which stormsweep does not write; restore a copy of the file, or take the trial away (DELETE FROM trials WHERE "
    "id "
    "= 2) and run the search again";

}  // namespace

TEST_CASE("an unknown status is reported with its file, search, trial and remedy, whoever reads it") {
  const Damaged d("UPDATE trials SET status = 'paused' WHERE id = 2");
  const std::string message = d.begin() + "trial 2 of search 's' has the status 'paused'" + remedy;
  CHECK_THROWS_WITH_AS(Store(d.file, d.space, "f", {}), message.c_str(), InputError);
  CHECK_THROWS_WITH_AS(union_of({d.file, d.file}), message.c_str(), InputError);
  execute(d.file, "DELETE FROM trials WHERE id = 2");  // as the remedy says
  CHECK(Store(d.file, d.space, "f", {}).missing(training(d.space, 1)) == training(d.space, 1));
}

TEST_CASE("a status that changes while a search runs ends the commit that meets it") {
  const Damaged d("UPDATE trials SET status = 'waiting' WHERE id = 2");
  Store store(d.file, d.space, "f", {});
  execute(d.file, "UPDATE trials SET status = 'paused' WHERE id = 2");
  const std::string message = d.begin() + "trial 2 of search 's' has the status 'paused'" + remedy;
  CHECK_THROWS_WITH_AS(store.missing(training(d.space, 1)), message.c_str(), InputError);
}

TEST_CASE("ranks, metrics, goals and profiles of a file are not trusted either") {
  SUBCASE("ranks") {
    for (const char* ranks : {"two", "2,,3", "1x", "-1", "99999999999", "10000001"}) {
      const Damaged d(fmt::format("UPDATE trials SET ranks = '{}' WHERE id = 2", ranks));
      const std::string message = d.begin() + "trial 2 of search 's' has the ranks '" + ranks + "'" + remedy;
      CHECK_THROWS_WITH_AS(read_busy_intervals(d.file, "s"), message.c_str(), InputError);
    }
  }
  SUBCASE("metrics, of the second of two files, too") {
    for (const char* metrics : {"[1]", "{\"score\":", "score"}) {
      const Damaged good("SELECT 1"), d(fmt::format("UPDATE trials SET metrics = '{}' WHERE id = 2", metrics));
      const std::string message = d.begin() + "trial 2 of search 's' has the metrics '" + metrics + "'" + remedy;
      CHECK_THROWS_WITH_AS(compare_metrics(d.file, good.file, "s"), message.c_str(), InputError);
      CHECK_THROWS_WITH_AS(compare_metrics(good.file, d.file, "s"), message.c_str(), InputError);
    }
  }
  SUBCASE("a goal") {
    const Damaged d("UPDATE searches SET goal = 'middle'");
    const std::string message =
        d.begin() +
        "the search 's' has the goal 'middle', which stormsweep does not write; restore a copy of the file, or name a "
        "new one";
    CHECK_THROWS_WITH_AS(Selection(d.file, "", ""), message.c_str(), InputError);
  }
  SUBCASE("a profile") {
    for (const char* profile : {"lead", "{\"name\":\"lead\"}", "{\"name\":\"lead\",\"at\":[null],\"metrics\":[]}"}) {
      const Damaged d(fmt::format("INSERT INTO columns VALUES ('noop', 'profile', '{}')", profile));
      const std::string message = d.begin() + "the table columns has the profile '" + profile + "' of noop, which";
      CHECK_THROWS_WITH_AS(Selection(d.file, "", ""), doctest::Contains(message.c_str()), InputError);
    }
  }
}
