#include "master/loop/stale_checkpoints.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "search/space/cache_files.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

namespace fs = std::filesystem;

const std::string print = "0123456789abcdef-and-more";

struct Cache {
  TemporaryFolder folder;
  fs::path file = folder / "s.db", cache = folder / "s.cache";
  Space space = tornado_space(R"({"epochs": [5, 10], "batch_size": [64, 128, 256]})");

  fs::path save(std::uint64_t number, const std::string& fingerprint = print) const {
    const fs::path saved =
        checkpoint(checkpoints(cache),
                   curve_identity(training(space, number).configuration, *space.experiment, space.seed), fingerprint);
    fs::create_directories(saved.parent_path());
    std::ofstream(saved) << "checkpoint";
    return saved;
  }
};

}  // namespace

TEST_CASE("a complete search leaves no checkpoint of its data") {
  const Cache c;
  Store store(c.file, c.space, print, {});
  c.save(0);  // by a master that was killed
  store.finish(training(c.space, 0), 0, worker(), outcome(0.5));
  c.save(2);                                                      // has no row: an edit removed it from the space
  std::ofstream(c.save(0).string() + ".0123abcd.new") << "half";  // by a worker that was killed
  store.commit();
  remove_stale_checkpoints(c.cache, print, store);
  CHECK_FALSE(fs::exists(checkpoints(c.cache)));
}

TEST_CASE("checkpoints of other data, and of a search that may go on with them, stay") {
  const Cache c;
  Space other = c.space;
  other.name = "other";
  { Store(c.file, other, print, {}); }
  Store store(c.file, c.space, print, {});
  const fs::path ours = c.save(0), others = c.save(1), of_other_data = c.save(0, "fedcba9876543210");
  store.finish(training(c.space, 0), 0, worker(), outcome(0.5));
  store.commit();
  remove_stale_checkpoints(c.cache, print, store);
  CHECK_FALSE(fs::exists(ours));
  CHECK(fs::exists(others));
  CHECK(fs::exists(of_other_data));
}

TEST_CASE("checkpoints of trainings that may be tried again stay") {
  const Cache c;
  Store store(c.file, c.space, print, {});
  const fs::path failed = c.save(0), short_of_memory = c.save(1), diverged = c.save(2);
  store.finish(training(c.space, 0), 0, worker(), outcome(0.5));  // its first milestone
  store.finish(training(c.space, 0), 1, worker(), failure("a file could not be read"));
  store.finish(training(c.space, 1), 0, worker(), failure("no memory", Status::out_of_memory));
  store.finish(training(c.space, 2), 0, worker(), failure("no number", Status::diverged));
  store.commit();
  remove_stale_checkpoints(c.cache, print, store);
  CHECK(fs::exists(failed));
  CHECK(fs::exists(short_of_memory));
  CHECK_FALSE(fs::exists(diverged));
}
