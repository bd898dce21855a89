#include "master/loop/training_source.hpp"

#include <doctest/doctest.h>

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "master/report/search_report.hpp"
#include "search/base/error.hpp"
#include "search/methods/halving.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// A trial's outcome, by its configuration.
using OutcomeOf = std::function<Outcome(const Reader&)>;

/// Runs the search to its end, or to its limit, with one worker. Returns how many trials it trained.
std::uint64_t run(Store& store, const Space& space, const OutcomeOf& outcome_of, bool to_the_end) {
  Limits bounds = space.limits;
  if (has_rungs(space.method)) bounds.trials.reset();  // which then only sets the number of brackets
  RunLimits limits(bounds, 1, store.counts().terminal(), Seconds(0), {});
  TrainingSource source(space, store, {}, limits, 1);
  std::uint64_t trained = 0;
  for (;;) {
    const Supply supply = source.next(Seconds(0));
    if (supply.training) {
      for (std::size_t k = 0; k < supply.training->trials(); ++k, ++trained) {
        const Configuration configuration = supply.training->trial(k, *space.experiment);
        const Outcome ended = outcome_of(Reader(configuration, *space.experiment));
        store.finish(*supply.training, k, worker(), ended);
        source.learn(*supply.training, k, ended);
      }
    } else if (supply.later == Supply::Later::by_itself) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    } else {
      break;
    }
  }
  store.commit();
  if (to_the_end) CHECK(store.counts().terminal() == source.total());
  return trained;
}

/// Here a trial's score depends on its index.
std::uint64_t run(const std::filesystem::path& file, const Space& space, bool to_the_end = true) {
  Store store(file, space, "f", {});
  const auto scored = [](const Reader& read) { return outcome(0.1 * double(read.integer("index") * 7 % 10)); };
  return run(store, space, scored, to_the_end);
}

/// Searches with one name, one seed and 30 configurations, of which each has others, in another order, by another
/// method or to another limit.
class Edits {
 public:
  explicit Edits(std::uint32_t seed) : random_(seed) {}

  /// Nothing where it drew one that is refused.
  std::optional<Space> next() {
    std::vector<int> all{1, 2, 3, 4, 5};
    std::shuffle(all.begin(), all.end(), random_);
    all.resize(1 + draw(5));
    std::string extra =
        pick({"", R"("method": "random",)", R"("method": "sobol",)", R"("method": {"name": "random", "trials": 4},)",
              R"("method": "halving",)", R"("method": {"name": "halving", "size": 3, "brackets": 2},)"});
    std::vector<std::string> limits;
    if (draw(2) == 0) limits.push_back(fmt::format(R"("trials": {})", 1 + draw(12)));
    if (draw(2) == 0) limits.push_back(fmt::format(R"("target": 0.{})", 4 + draw(6)));
    extra += fmt::format(R"("limits": {{{}}},)", fmt::join(limits, ", "));
    if (draw(4) == 0) extra += R"("exclude": [{"index": [2]}],)";
    if (draw(4) == 0) extra += R"("share_epochs": false,)";
    const std::string rest = pick({R"(, "replicate": [0, 1])", R"(, "replicate": [1, 0])", ""});
    try {
      const Space space = noop_space(
          fmt::format(R"({{"epochs": [1, 2, 4], "index": [{}]{}}})", fmt::join(all, ", "), rest), "s", extra);
      if (has_rungs(space.method)) brackets(space);
      return space;
    } catch (const InputError&) {
      return std::nullopt;
    }
  }

 private:
  int draw(int below) { return static_cast<int>(random_() % static_cast<std::uint32_t>(below)); }
  std::string pick(const std::vector<std::string>& from) {
    return from[static_cast<std::size_t>(draw(static_cast<int>(from.size())))];
  }

  std::mt19937 random_;
};

/// "done of all, others beside them"
std::string told(const std::filesystem::path& file) {
  const SearchReport report = report_searches(file, "s").at(0);
  return fmt::format("{} of {}, {} beside them", report.done(), report.total.value(), report.others);
}

std::vector<std::string> proposals(const std::filesystem::path& file) {
  return query(file, "SELECT configuration, parameters FROM proposals ORDER BY number");
}

}  // namespace

TEST_CASE("a halving with another goal counts what it asks for, and trains what that lacks") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const auto space = [](const char* goal) {
    return noop_space(
        R"({"index": {"min": 0, "max": 8, "step": 1}, "epochs": [1, 3, 9]})", "s",
        fmt::format(R"("method": {{"name": "halving", "size": 9}}, "metric": {{"name": "score", "goal": "{}"}}, )",
                    goal));
  };
  // Scores 0 7 4 1 8 5 2 9 6: index 7 reaches the last rung, or index 0 if lower is better.
  CHECK(run(file, space("maximize")) == 13);
  CHECK(told(file) == "13 of 13, 0 beside them");
  CHECK(run(file, space("minimize")) == 3 + 1);
  CHECK(told(file) == "13 of 13, 4 beside them");
  CHECK(query(file, "SELECT \"index\" FROM results WHERE epochs = 9 ORDER BY 1") == std::vector<std::string>{"0", "7"});
  CHECK(run(file, space("maximize")) == 0);
  CHECK(told(file) == "13 of 13, 4 beside them");
}

TEST_CASE("a Bayesian search with another goal, or another epoch to choose by, makes proposals of its own") {
  TemporaryFolder folder;
  const auto file = folder / "s.db", fresh = folder / "fresh.db";
  const auto space = [](const char* metric) {
    return noop_space(
        R"({"index": {"min": 0, "max": 99, "step": 1}})", "s",
        fmt::format(R"("method": {{"name": "bayes", "trials": 10, "width": 2}}, "metric": {}, )", metric));
  };
  const Space up = space(R"({"name": "score", "goal": "maximize"})"),
              down = space(R"({"name": "score", "goal": "minimize"})");
  CHECK(run(file, up) == 10);
  const auto first = proposals(file);
  CHECK(run(file, up) == 0);  // an unedited search keeps its rows
  CHECK(proposals(file) == first);
  run(file, down);
  CHECK(run(fresh, down) == 10);
  CHECK(proposals(file) == proposals(fresh));
  CHECK(told(file).starts_with("10 of 10, "));
  { Store store(file, space(R"({"name": "score", "goal": "minimize", "at": "best"})"), "f", {}); }
  CHECK(proposals(file).empty());
}

TEST_CASE("a Bayesian search begins with what it reuses, in whatever order that was stored") {
  TemporaryFolder folder;
  const auto old = folder / "old.db", turned = folder / "turned.db";
  const auto grid = [](const char* values) { return noop_space(fmt::format(R"({{"index": {}}})", values)); };
  run(old, grid("[3, 14, 15, 92, 65]"));
  run(turned, grid("[65, 92, 14, 15, 3]"));
  const auto space = [](const char* limits, int trials) {
    return noop_space(
        R"({"index": {"min": 0, "max": 99, "step": 1}})", "s",
        fmt::format(R"("method": {{"name": "bayes", "trials": {}, "width": 2}}, "limits": {}, )", trials, limits));
  };
  const auto begun = [&](const Space& of, const char* name, const std::filesystem::path& reused) {
    { CHECK(Store(folder / name, of, "f", {.reuse = {reused}}).reused() == 5); }
    return run(folder / name, of, false);
  };
  const Space eight = space("{}", 8), seven = space(R"({"trials": 7})", 50);
  CHECK(begun(eight, "new.db", old) == 3);
  CHECK(begun(eight, "same.db", turned) == 3);
  CHECK(proposals(folder / "new.db") == proposals(folder / "same.db"));
  CHECK(query(folder / "new.db", "SELECT count(*) FROM proposals WHERE parameters IS NULL") ==
        std::vector<std::string>{"5"});
  CHECK(run(folder / "new.db", eight) == 0);
  CHECK(begun(seven, "limited.db", old) == 2);
  CHECK(run(folder / "limited.db", seven) == 0);
}

TEST_CASE("a changed default discards the proposals and rungs that were made with the previous one") {
  std::vector<Experiment> before{find_experiment("noop", "here")}, after = before;
  after[0].hyperparameters[after[0].find("replicate").value()].fallback = std::int64_t{8};
  const auto space = [](const std::vector<Experiment>& known, const std::string& settings) {
    return parse_space(R"({"name": "s", "experiment": "noop", "parameters": )" + settings + "}", "s.json", "/", known);
  };
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  SUBCASE("Bayes") {
    const auto bayes = [&](const std::vector<Experiment>& known, int trials) {
      return run(file, space(known, R"({"index": {"min": 0, "max": 99}}, "method": {"name": "bayes", "width": 2, )" +
                                        fmt::format(R"("trials": {}}})", trials)));
    };
    CHECK(bayes(before, 4) == 4);
    CHECK(bayes(after, 6) == 6);
    CHECK(bayes(before, 4) == 0);  // the Sobol start is the same, and all of its trials exist
    CHECK(bayes(after, 6) == 0);
  }
  SUBCASE("halving") {
    const std::string halving =
        R"({"index": {"min": 0, "max": 2, "step": 1}, "epochs": [1, 3]}, "method": {"name": "halving", "size": 3})";
    CHECK(run(file, space(before, halving)) == 4);
    CHECK(run(file, space(after, halving)) == 4);
    CHECK(told(file) == "4 of 4, 4 beside them");
  }
}

TEST_CASE("a method is told of what ran out of memory: it proposes nothing larger") {
  std::vector<Experiment> known{find_experiment("noop", "here")};
  known[0].hyperparameters[known[0].find("index").value()].takes_memory = true;
  const Space space = parse_space(
      R"({"name": "s", "experiment": "noop", "method": {"name": "bayes", "width": 1},
          "metric": {"name": "score", "goal": "maximize"}, "parameters": {"index": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}})",
      "s.json", "/", known);
  TemporaryFolder folder;
  Store store(folder / "s.db", space, "f", {});
  RunLimits limits(space.limits, 1, 0, Seconds(0), {});
  TrainingSource source(space, store, {}, limits, 1);
  std::int64_t lost = 10;
  for (int trained = 0;;) {
    const Supply supply = source.next(Seconds(0));
    if (!supply.training && supply.later != Supply::Later::by_itself) break;
    if (!supply.training) continue;
    const auto index = Reader(supply.training->configuration, *space.experiment).integer("index");
    if (trained++ >= 3) CHECK(index < lost);  // beyond the start: an axis and two
    if (index >= 5) lost = std::min(lost, index);
    source.learn(*supply.training, 0, index >= 5 ? failure("no", Status::out_of_memory) : outcome(0.1 * double(index)));
  }
  CHECK(lost < 10);
}

TEST_CASE("a limit of trials that ends within a training is reached by both schedules") {
  TemporaryFolder folder;
  const auto space = [](int limit) {
    return noop_space(R"({"index": [1, 2, 3], "epochs": [1, 2, 3]})", "s",
                      fmt::format(R"("limits": {{"trials": {}}}, )", limit));
  };
  const auto limit_of = [&](const Space& s) {
    Store store(folder / "s.db", s, "f", {});
    RunLimits limits(s.limits, 1, store.counts().terminal(), Seconds(0), {});
    return TrainingSource(s, store, {}, limits, 1).limit();
  };
  const Space two = space(2), four = space(4), ten = space(10);
  CHECK(limit_of(two) == TrainingLimit{1, 2});
  {
    Store store(folder / "s.db", two, "f", {});
    for (const std::size_t k : {0, 1}) store.finish(training(two, 0), k, worker(), outcome(0.5));
    store.commit();
  }
  CHECK(limit_of(four) == TrainingLimit{2, 1});  // the third trial of the first training, and one of the second
  CHECK(limit_of(ten) == TrainingLimit{});
  CHECK(run(folder / "s.db", four, false) == 2);
  CHECK(query(folder / "s.db", "SELECT \"index\", epochs FROM results ORDER BY 1, 2") ==
        std::vector<std::string>{"1|1", "1|2", "1|3", "2|1"});
}

TEST_CASE("limits.trials is all there is to do, as the run and the status count it") {
  const auto told_of = [](const std::string& method, int limit) {
    TemporaryFolder folder;
    const auto file = folder / "s.db";
    run(file, noop_space(R"({"index": [1, 2, 3, 4], "epochs": [1, 2, 4]})", "s",
                         fmt::format(R"("method": "{}", "limits": {{"trials": {}}}, )", method, limit)));
    return told(file) + ": " + report_searches(file, "s").at(0).master;
  };
  CHECK(told_of("grid", 5) == "5 of 5, 0 beside them: ended by limits.trials (5)");
  CHECK(told_of("grid", 12) == "12 of 12, 0 beside them: done");
  CHECK(told_of("random", 5) == "5 of 5, 0 beside them: ended by limits.trials (5)");
  CHECK(told_of("halving", 7) == "6 of 6, 0 beside them: done");  // one whole bracket
}

/// Scores 0 7 4 1 8 5 2 9 6 3, in tenths.
TEST_CASE("a target ends a search at the first training that comes to it, of a halving at the first bracket") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const auto ended = [&](const std::string& axes, const std::string& method, const std::string& target) {
    return run(file,
               noop_space(axes, "s", fmt::format(R"("method": {}, "limits": {{"target": {}}}, )", method, target)),
               false);
  };
  const auto told = [&] { return report_searches(file, "s").at(0).master; };
  SUBCASE("grid") {
    const std::string ten = R"({"index": {"min": 0, "max": 9, "step": 1}})";
    CHECK(ended(ten, R"("grid")", "0.75") == 5);
    CHECK(told() == "not running; limits.target (0.75) is reached");
    CHECK(ended(ten, R"("grid")", "0.75") == 0);
    CHECK(ended(ten, R"("grid")", "0.9") == 3);
    // An edited space has an order of its own, whatever the rows say.
    CHECK(ended(R"({"index": [2, 8, 7, 9]})", R"("grid")", "0.9") == 1);
    CHECK(ended(R"({"index": [2, 8, 7, 9]})", R"("grid")", "0.95") == 1);
    CHECK(told() == "done");
  }
  SUBCASE("halving") {
    const std::string axes = R"({"index": {"min": 0, "max": 9, "step": 1}, "epochs": [1, 3]})";
    const std::string halving = R"({"name": "halving", "size": 3, "brackets": 3})";
    CHECK(ended(axes, halving, "0") == 4);
    CHECK(ended(axes, halving, "0") == 0);
    CHECK(ended(axes, halving, "1") == 8);
    CHECK(told() == "done");
  }
}

TEST_CASE("a target that is stored ends what workers may do by the synchronous schedule") {
  TemporaryFolder folder;
  const Space space = noop_space(R"({"index": [0, 1, 2, 3, 4, 5]})", "s", R"("limits": {"target": 0.75}, )");
  CHECK(run(folder / "s.db", space, false) == 5);
  Store store(folder / "s.db", space, "f", {});
  RunLimits limits(space.limits, 2, store.counts().terminal(), Seconds(0), {});
  TrainingSource source(space, store, {}, limits, 2);
  CHECK(source.done() == std::vector<TrainingRange>{{0, 4}});
  CHECK(source.limit() == TrainingLimit{.end = 5});
}

TEST_CASE("an infinite metric counts as undefined: a search and its resumption agree on that") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space =
      noop_space(R"({"index": [1, 2, 3]})", "s", R"("metric": {"name": "score", "goal": "maximize"}, )");
  const double infinite = std::numeric_limits<double>::infinity();
  {
    Store store(file, space, "f", {});
    store.finish(training(space, 0), 0, worker(), outcome(infinite));
    store.finish(training(space, 1), 0, worker(), outcome(0.5));
    store.commit();
    CHECK(store.best().value().metric == 0.5);
  }
  Store again(file, space, "f", {});
  CHECK(again.best().value().metric == 0.5);
}

TEST_CASE("after any edit, what --retry-failed makes wait is trained by that run; other failures keep their outcome") {
  std::uint64_t retried = 0, left = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Edits edits(seed);
    const auto before = edits.next(), after = edits.next();
    if (!before || !after) continue;
    TemporaryFolder folder;
    const auto file = folder / "s.db";
    {
      Store store(file, *before, "f", {});
      const auto some_fail = [&](const Reader& read) {
        const auto drawn = (seed + 37 * read.integer("index") + 101 * read.integer("replicate")) * 2654435761U % 100;
        return drawn < 50 ? failure("no room") : outcome(0.01 * static_cast<double>(drawn));
      };
      run(store, *before, some_fail, false);
    }
    const auto count = [&](const char* what) { return std::stoull(query(file, what).at(0)); };
    std::optional<Store> store;
    try {
      store.emplace(file, *after, "f", Store::Options{.retry_failed = true});
    } catch (const InputError&) {  // the next rung has been decided
      continue;
    }
    retried += count("SELECT count(*) FROM trials WHERE status = 'waiting'");
    left += count("SELECT count(*) FROM trials WHERE error = 'no room'");
    run(
        *store, *after, [](const Reader&) { return failure("again"); }, false);
    store.reset();
    CAPTURE(after->text);
    CAPTURE(before->text);
    CHECK(count("SELECT count(*) FROM trials WHERE status = 'waiting'") == 0);
  }
  CHECK(retried > 100);
  CHECK(left > 100);
}
