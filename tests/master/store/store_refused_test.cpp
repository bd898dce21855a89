#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "master/store/kept_models.hpp"
#include "master/store/removal.hpp"
#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

int syncs_until_failure = 0;  ///< of journals; 0: none fails

int synced(long call, int descriptor) {
  const auto file = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor)).string();
  if (syncs_until_failure > 0 && file.ends_with("-journal") && --syncs_until_failure == 0) return errno = EIO, -1;
  return static_cast<int>(syscall(call, descriptor));
}

}  // namespace

/// Take the place of the C library's.
extern "C" int fsync(int descriptor) {
  return synced(SYS_fsync, descriptor);
}
extern "C" int fdatasync(int descriptor) {
  return synced(SYS_fdatasync, descriptor);
}

TEST_CASE("a commit is told once, whether it failed or took effect although its last sync failed") {
  int refused = 0, took_effect = 0;
  for (int sync = 1; sync <= 6; ++sync) {
    CAPTURE(sync);
    const TemporaryFolder folder;
    const auto file = folder / "s.db";
    const Space space = noop_space(R"({"index": [1, 2, 3]})");
    int told = 0;
    Store store(file, space, "f", {.json = folder / "s.jsonl", .committed = [&](auto&, auto&) { ++told; }});
    for (std::uint64_t i = 0; i < 3; ++i) store.finish(training(space, i), 0, worker(), outcome(0.5));
    syncs_until_failure = sync;
    if (!store.commit()) {
      ++refused;
      took_effect += query(file, "SELECT count(*) FROM trials WHERE status = 'complete'")[0] == "3";
      REQUIRE(store.commit());
    }
    syncs_until_failure = 0;
    CHECK(told == 3);
    CHECK(store.counts().complete == 3);
    CHECK(store.best()->trial == TrialId{1});
    CHECK(lines(folder / "s.jsonl").size() == 3);
  }
  CHECK(refused > took_effect);
  CHECK(took_effect > 0);
}

TEST_CASE(
    "a deleted trial has lost its network, and no other, whether its commit failed or took effect although refused") {
  int refused = 0, took_effect = 0;
  for (int sync = 1; sync <= 6; ++sync) {
    CAPTURE(sync);
    const TemporaryFolder folder;
    const auto file = folder / "s.db";
    const Space space = noop_space(R"({"index": [1, 2]})");
    {
      Store store(file, space, "f", {});
      store.finish(training(space, 0), 0, worker(), outcome(0.5));
    }
    const auto network = model_file(file, TrialId{1});
    std::filesystem::create_directories(network.parent_path());
    std::ofstream(network) << "network";
    syncs_until_failure = sync;
    try {
      delete_trials(file, {TrialId{1}});
      took_effect += syncs_until_failure == 0;
    } catch (const InputError&) {
      ++refused;
    }
    syncs_until_failure = 0;
    const bool there = query(file, "SELECT count(*) FROM trials")[0] == "1";
    CHECK(std::filesystem::exists(network) == there);
  }
  CHECK(refused > 0);
  CHECK(took_effect > 0);
}
