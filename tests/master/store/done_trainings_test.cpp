#include "master/store/done_trainings.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace stormsweep;

namespace {

/// A table `trials` with the columns that are read, and the store's index.
struct Trials {
  SQLite::Database database{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};

  Trials() {
    database.exec(
        "CREATE TABLE trials (search INTEGER, training INTEGER, identity INTEGER, status TEXT, "
        "UNIQUE (search, training, identity))");
  }
  void add(int search, std::uint64_t training, int identity, const char* status = "complete") {
    SQLite::Statement insert(database, "INSERT INTO trials VALUES (?, ?, ?, ?)");
    insert.bind(1, search), insert.bind(2, static_cast<std::int64_t>(training));
    insert.bind(3, identity), insert.bind(4, status);
    insert.exec();
  }
};

}  // namespace

TEST_CASE("trainings that are done by their numbers of rows: the same as by looking at each row") {
  Trials trials;
  std::mt19937_64 random(7);
  std::set<std::uint64_t> done;
  constexpr std::uint64_t n = 10'000;  // three blocks
  for (std::uint64_t training = 0; training < n; ++training) {
    const std::uint64_t rows = random() % 3;
    const bool failed = rows > 0 && random() % 50 == 0;
    for (std::uint64_t k = 0; k < rows; ++k)
      trials.add(1, training, static_cast<int>(k), failed && k == 0 ? "waiting" : "complete");
    if (rows == 2 && !failed) done.insert(training);
    trials.add(2, training, 0), trials.add(2, training, 1);  // of another search
  }
  DoneTrainings known(trials.database, 1);
  for (std::uint64_t step = 0; step < 2 * n; ++step) {
    const std::uint64_t training = step < n ? step : random() % n;
    REQUIRE(known.has(TrainingId{training}, 2) == done.contains(training));
  }
  CHECK_FALSE(known.has(TrainingId{std::uint64_t{1} << 50}, 1));
}

TEST_CASE("where very many are not complete, numbers of rows decide nothing") {
  Trials trials;
  trials.add(1, 0, 0);
  trials.database.exec(
      "INSERT INTO trials WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
      "SELECT 1, i, 0, 'failed' FROM n");
  CHECK_FALSE(DoneTrainings(trials.database, 1).has(TrainingId{0}, 1));
}
