#include "master/schedule/longest_first.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// Trainings of a space in grid order, and how many have been asked for.
struct GridOrder {
  Space space;
  Trainings trainings{space};
  std::uint64_t next = 0;

  LongestFirst::Source source() {
    return [this]() -> std::optional<Training> {
      auto training = trainings.next({next});
      if (training) next = training->id.value + 1;
      return training;
    };
  }
};

double milliseconds(const Training& training, const Space& space) {
  return Reader(training.configuration, *space.experiment).real("milliseconds");
}

void teach(LongestFirst& order, const Space& space, int rounds) {
  for (int round = 0; round < rounds; ++round)
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(space.grid.size(), 10); ++i) {
      const Configuration c = space.configuration(i);
      order.learn(c, Reader(c, *space.experiment).real("milliseconds") / 1000);
    }
}

}  // namespace

TEST_CASE("grid order until something is known, the longest first from then on, each once") {
  GridOrder grid{noop_space(R"({"index": {"min": 1, "max": 50, "step": 1}, "milliseconds": [30, 10, 40, 20]})")};
  LongestFirst order(*grid.space.experiment, grid.source());
  std::vector<std::uint64_t> ids;
  std::vector<double> costs;
  for (int i = 0; i < 4; ++i) ids.push_back(order.next()->id.value);
  CHECK(ids == std::vector<std::uint64_t>{0, 1, 2, 3});
  teach(order, grid.space, 2);
  while (const auto training = order.next()) {
    ids.push_back(training->id.value);
    costs.push_back(milliseconds(*training, grid.space));
  }
  CHECK(std::is_sorted(costs.rbegin(), costs.rend()));
  CHECK(std::set(ids.begin(), ids.end()).size() == 200);
  CHECK(ids.size() == 200);
  CHECK_FALSE(order.next());
  for (std::size_t i = 5; i < ids.size(); ++i)  // grid order among equals
    if (i > 4 && costs[i - 4] == costs[i - 5]) CHECK(ids[i] > ids[i - 1]);
}

TEST_CASE("what is learnt later rearranges what waits") {
  GridOrder grid{
      noop_space(R"({"index": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "replicate": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]})")};
  LongestFirst order(*grid.space.experiment, grid.source());
  const auto learn = [&](double (*cost)(const Reader&)) {
    for (std::uint64_t i = 0; i < 100; ++i)
      order.learn(grid.space.configuration(i), cost(Reader(grid.space.configuration(i), *grid.space.experiment)));
  };
  learn([](const Reader& r) { return double(r.integer("replicate")); });
  CHECK(order.next()->id.value == 9);
  for (int round = 0; round < 100; ++round) learn([](const Reader& r) { return double(r.integer("index")); });
  CHECK(order.next()->id.value >= 90);
}

TEST_CASE("only a window is looked over, and milestones count") {
  GridOrder grid{noop_space(R"({"milliseconds": {"min": 1, "max": 1000, "step": 1}})")};
  LongestFirst order(*grid.space.experiment, grid.source(), 50);
  teach(order, grid.space, 3);
  for (int i = 0; i < 100; ++i) {
    REQUIRE(order.next());
    REQUIRE(grid.next <= static_cast<std::uint64_t>(50 + i));
  }

  GridOrder wide{tornado_space(R"({"replicate": {"min": 0, "max": 999, "step": 1},
                              "epochs": {"min": 1, "max": 400, "step": 1}})")};
  LongestFirst few(*wide.space.experiment, wide.source(), 50);
  for (std::uint64_t i = 0; i < 20; ++i) few.learn(wide.space.configuration(i), 1 + double(i % 3));
  REQUIRE(few.next());
  CHECK(wide.next == 2);  // 800 trials fill a window of 50
}

TEST_CASE("where all cost the same but for noise, grid order stays") {
  GridOrder grid{noop_space(R"({"index": {"min": 1, "max": 3000, "step": 1}})")};
  LongestFirst order(*grid.space.experiment, grid.source());
  std::mt19937_64 random(1);
  std::exponential_distribution<double> seconds(1e4);
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const auto training = order.next();
    REQUIRE(training);
    REQUIRE(training->id.value == i);
    order.learn(training->configuration, 1e-6 + seconds(random));
  }
}

TEST_CASE("the store tells what earlier runs of a search cost") {
  const TemporaryFolder folder;
  const Space space = noop_space(R"({"index": [1, 2, 3, 4]})");
  {
    Store store(folder / "s.db", space, "f", {});
    for (std::uint64_t i = 0; i < 3; ++i) {
      Outcome o = outcome(0.5);
      o.timings.wall = double(i + 1);
      store.finish(training(space, i), 0, worker(), o);
    }
    store.finish(training(space, 3), 0, worker(), failure("no"));
  }
  Store store(folder / "s.db", space, "f", {});
  std::vector<std::pair<Configuration, double>> rows;
  store.each_completed(2, [&](const Configuration& c, double seconds) { rows.emplace_back(c, seconds); });
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == std::pair{space.configuration(2), 3.0});
  CHECK(rows[1] == std::pair{space.configuration(1), 2.0});
}
