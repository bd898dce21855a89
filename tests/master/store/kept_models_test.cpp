#include "master/store/kept_models.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "master/cli/results.hpp"
#include "search/base/error.hpp"
#include "search/space/cache_files.hpp"
#include "tests/master/report/results_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

namespace fs = std::filesystem;

/// A search of trials by index, whose "networks" are files that hold their index.
struct KeepingSearch {
  TemporaryFolder folder;
  fs::path file = folder / "s.db", cache = folder / "s.cache";
  Space space = noop_space(R"({"index": {"min": 0, "max": 99, "step": 1}})");

  KeepingSearch() { space.goal = Goal::maximize; }

  Identity identity_of(std::uint64_t index) const {
    return identity(training(space, index).configuration, *space.experiment, space.seed);
  }
  void save(std::uint64_t index) const {
    const fs::path fresh = fresh_model(fresh_models(cache, space.name), identity_of(index));
    fs::create_directories(fresh.parent_path());
    std::ofstream(fresh) << index;
  }
  KeptModels models(std::size_t most) const { return {file, cache, space, most}; }
  /// The contents of the kept files, by trial.
  std::vector<std::string> kept() const {
    std::vector<std::string> found;
    for (std::uint64_t id = 1; id < 20; ++id)
      if (const fs::path network = model_file(file, TrialId{id}); fs::exists(network))
        found.push_back(fmt::format("{}: {}", id, text_of(network)));
    return found;
  }
  bool any_fresh() const {
    const fs::path fresh = fresh_models(cache, space.name);
    return fs::exists(fresh) && !fs::is_empty(fresh);
  }
};

/// A run of the search that keeps the best `most` networks.
struct Run {
  const KeepingSearch& search;
  KeptModels models;
  Store store;

  Run(const KeepingSearch& of, std::size_t most)
      : search(of),
        models(of.models(most)),
        store(of.file, of.space, "f",
              {.committed = [this](const RatedTrial& trial, const Identity& key) { models.consider(trial, key); }}) {
    models.open(store);
  }
  void finish(std::uint64_t index, const Outcome& o) { store.finish(training(search.space, index), 0, worker(), o); }
  /// Finishes a trial whose network is saved, too.
  void train(std::uint64_t index, const Outcome& o) { search.save(index), finish(index, o); }
};

using Kept = std::vector<std::string>;

}  // namespace

TEST_CASE("the networks of the best trials stay, whatever the order, and no others") {
  const KeepingSearch s;
  Run run(s, 2);
  const std::vector<double> scores{0.3, 0.9, 0.1, 0.5, 0.9, 0.4};
  for (std::uint64_t i = 0; i < scores.size(); ++i) {
    run.train(i, outcome(scores[i]));
    if (i % 2 == 1) run.store.commit();
  }
  CHECK(s.kept() == Kept{"2: 1", "5: 4"});  // trial ids count from 1
  CHECK(run.models.kept()[0].trial == TrialId{2});
  CHECK_FALSE(s.any_fresh());
  CHECK(run.models.summary(run.store) == (s.folder / "s.models").string() + ": the networks of trials 2, 5");
}

TEST_CASE("at a tie the first in the search's order is kept, whoever was stored first") {
  const KeepingSearch s;
  Run run(s, 2);
  for (const std::uint64_t i : {5, 1, 3}) run.train(i, outcome(0.5)), run.store.commit();
  CHECK(s.kept() == Kept{"2: 1", "3: 3"});
  KeptModels again = s.models(1);
  again.open(run.store);
  CHECK(s.kept() == Kept{"2: 1"});
}

TEST_CASE("networks whose metric is undefined are the last, and go first") {
  KeepingSearch s;
  {
    Run run(s, 4);
    for (std::uint64_t i = 0; i < 4; ++i) {
      Outcome both = outcome(0.1 * double(i));
      if (i % 2 == 1) both.metrics.emplace_back("loss", 0.1 * double(i));
      run.train(i, both);
    }
  }
  CHECK(s.kept() == Kept{"1: 0", "2: 1", "3: 2", "4: 3"});
  s.space.metric = "loss";  // an edited space
  Run run(s, 2);
  CHECK(s.kept() == Kept{"2: 1", "4: 3"});
}

TEST_CASE("the best networks are those by the search's goal") {
  KeepingSearch s;
  s.space.goal = Goal::minimize;
  Run run(s, 1);
  for (std::uint64_t i = 0; i < 3; ++i) run.train(i, outcome(0.5 - 0.1 * double(i % 2)));
  run.store.commit();
  CHECK(s.kept() == Kept{"2: 1"});
}

TEST_CASE("a network is not kept before its row is committed, nor where its trial is not complete") {
  const KeepingSearch s;
  Run run(s, 3);
  for (std::uint64_t i = 0; i < 3; ++i) s.save(i);
  run.finish(0, outcome(0.5));
  run.finish(1, failure("a mate of its gang failed"));
  run.finish(2, outcome(std::numeric_limits<double>::quiet_NaN()));
  CHECK(s.kept().empty());
  run.store.commit();
  CHECK(s.kept() == Kept{"1: 0"});
  CHECK_FALSE(s.any_fresh());
  run.finish(3, outcome(0.7));  // could not be saved
  run.store.commit();
  CHECK(s.kept() == Kept{"1: 0"});
}

TEST_CASE("a resumed search keeps the best of all runs, and a trial trained twice once") {
  const KeepingSearch s;
  for (const std::vector<std::uint64_t>& indices : {std::vector<std::uint64_t>{1, 7, 3}, {3, 9, 2}}) {
    Run run(s, 2);
    for (const std::uint64_t i : indices) run.train(i, outcome(0.1 * double(i)));
    run.store.commit();
    run.models.close();
  }
  CHECK(s.kept() == Kept{"2: 7", "4: 9"});
}

TEST_CASE("without the option an earlier run's networks stay as they are") {
  const KeepingSearch s;
  for (const std::size_t most : {std::size_t{3}, std::size_t{0}, std::size_t{1}}) {
    Run run(s, most);
    const auto index = static_cast<std::uint64_t>(most);
    run.train(index, outcome(0.1 * double(index)));
    if (most == 3) run.train(5, outcome(0.2));
    run.store.commit();
    CHECK(s.kept() == (most == 1 ? Kept{"1: 3"} : Kept{"1: 3", "2: 5"}));
    CHECK_FALSE(s.any_fresh());
    CHECK(run.models.summary(run.store).empty() == (most == 0));
  }
}

TEST_CASE("a crash between commit, move and removal is mended at the next start") {
  const KeepingSearch s;
  {
    Run run(s, 0);
    for (std::uint64_t i = 0; i < 4; ++i) run.finish(i, outcome(0.1 * double(i)));
  }
  fs::create_directories(s.folder / "s.models");
  for (const std::uint64_t id : {1, 2, 3}) std::ofstream(model_file(s.file, TrialId{id})) << id - 1;  // one too many
  s.save(3);                                                                                          // committed
  s.save(8);                                                                                          // not committed
  std::ofstream(fresh_models(s.cache, "s") / "0123.new") << "half";
  Run run(s, 2);
  CHECK(s.kept() == Kept{"3: 2", "4: 3"});
  CHECK_FALSE(s.any_fresh());
}

TEST_CASE("searches that share a database leave each other's networks alone") {
  KeepingSearch s;
  {
    Run run(s, 1);
    run.train(1, outcome(0.1));
  }
  s.space = noop_space(R"({"index": {"min": 0, "max": 99, "step": 1}})", "other");
  Run run(s, 1);
  run.train(2, outcome(0.2));
  run.store.commit();
  CHECK(s.kept() == Kept{"1: 1", "2: 2"});
}

TEST_CASE("a search keeps its networks though another one that shares the folder has ended and removed it, empty") {
  const KeepingSearch s;
  KeptModels first = s.models(1);
  Run run(s, 1);
  first.close();
  CHECK_FALSE(fs::exists(s.folder / "s.models"));
  run.train(2, outcome(0.2));
  run.store.commit();
  CHECK(s.kept() == Kept{"1: 2"});
}

TEST_CASE("where trials ended without the option, the summary says how to get the best one's network") {
  const KeepingSearch s;
  Run run(s, 1);
  const std::string none = (s.folder / "s.models").string() + ": no network was kept";
  CHECK(run.models.summary(run.store) == none);
  run.finish(3, outcome(0.1)), run.finish(5, outcome(0.2));
  run.store.commit();
  CHECK(run.models.summary(run.store) == none + "; to have that of the best trial: `stormsweep rerun " +
                                             s.file.string() +
                                             " --where \"trial = 2\"`, and run again with --keep-best");
}

TEST_CASE("networks of another database are neither taken for ours nor touched") {
  const KeepingSearch s;
  fs::create_directories(s.folder / "s.models");
  std::ofstream(model_file(s.file, TrialId{4})) << "old";
  CHECK_THROWS_WITH_AS(Run(s, 1),
                       ((s.folder / "s.models/trial-4.pt").string() + ": " + s.file.string() +
                        " has no trial 4; move the networks of another database away, or name another --results")
                           .c_str(),
                       InputError);
  CHECK(s.kept() == Kept{"4: old"});
}

TEST_CASE("a folder that cannot be made is reported before anything is trained") {
  const KeepingSearch s;
  std::ofstream(s.folder / "s.models") << "a file";
  CHECK_THROWS_AS(Run(s, 1), InputError);
}

TEST_CASE("the best trials show where their networks are") {
  const TornadoResults t;
  const fs::path network = model_file(t.file, TrialId{13});
  fs::create_directories(network.parent_path());
  std::ofstream{network} << "w";
  CHECK(
      printed(results_command, {t.file, "--best", "2"}).ends_with("\nnetwork of trial 13: " + network.string() + '\n'));
}
