#include "datasets/storms/storm_splits.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "datasets/storms/storm_labels.hpp"
#include "search/base/error.hpp"
#include "search/base/random.hpp"
#include "tests/datasets/away.hpp"
#include "tests/folder.hpp"
#include "tests/full_disk.hpp"

using namespace stormsweep;

namespace {

std::vector<float> patch(std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<float> values(storm_floats);
  for (float& value : values) value = static_cast<float>(random.uniform());
  return values;
}

/// `n` storms a split; storm i has vorticity 0.001 i + 0.0005 at most and in the mean.
SplitCounts write(const std::filesystem::path& folder, std::int64_t n) {
  StormSplitsWriter writer(folder, {n, n, n});
  for (std::int64_t i = 0; i < n; ++i) {
    const float vorticity = 0.001f * static_cast<float>(i) + 0.0005f;
    for (std::size_t s = 0; s < 3; ++s)
      writer.append(s, patch(static_cast<std::uint64_t>(3 * i) + s), vorticity, vorticity);
  }
  return writer.finish("test");
}

}  // namespace

TEST_CASE("splits count their positives under both rules") {
  const TemporaryFolder folder;
  const SplitCounts counts = write(folder.path(), 12);
  for (const SplitCount& count : counts) CHECK(count == SplitCount{12, 7, 4});
  for (const char* split : split_names) CHECK(Storms(folder / (std::string(split) + ".h5")).size() == 12);
}

TEST_CASE("a maximum of 0.005 is not above the threshold; a mean of 0.008 reaches it") {
  CHECK(!positive(LabelRule::max, 0.005f, 1));
  CHECK(positive(LabelRule::max, 0.00501f, 0));
  CHECK(positive(LabelRule::mean, 0, 0.008f));
  CHECK(!positive(LabelRule::mean, 1, 0.00799f));
}

TEST_CASE("a full disk is reported in one line; the splits that were there stay, and nothing else") {
  const TemporaryFolder folder;
  write(folder.path(), 3);
  const std::string before = scan(Storms(folder / "train.h5")).fingerprint;
  std::string message;
  {
    const FullDisk disk(20 << 20);
    try {
      write(folder.path(), 2500);
    } catch (const InputError& error) {
      message = error.what();
    }
  }
  INFO(message);
  CHECK(message.find("free some space") != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  CHECK(scan(Storms(folder / "train.h5")).fingerprint == before);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 3);
  write(folder.path(), 5);  // HDF5 still works
  CHECK(Storms(folder / "test.h5").size() == 5);
}

TEST_CASE("storm splits: where one cannot be put in place, none of an earlier set is left beside the new ones") {
  const TemporaryFolder folder;
  write(folder.path(), 3);
  link_away(folder / "validation.h5");
  StormSplitsWriter writer(folder.path(), {1, 1, 1});
  for (std::size_t s = 0; s < 3; ++s) writer.append(s, patch(s), 0, 0);
  std::filesystem::remove_all(folder / "away");
  CHECK_THROWS_WITH_AS(writer.finish("new"), doctest::Contains("validation.h5: cannot be replaced"), InputError);
  CHECK(Storms(folder / "train.h5").size() == 1);
  CHECK_FALSE(std::filesystem::exists(folder / "test.h5"));

  std::filesystem::create_directory(folder / "away");
  write(folder.path(), 4);
  CHECK(std::filesystem::is_symlink(folder / "validation.h5"));
  for (const char* split : split_names) CHECK(Storms(folder / (std::string(split) + ".h5")).size() == 4);
}

TEST_CASE("storms with a constant channel cannot be standardised, and are refused") {
  const TemporaryFolder folder;
  StormSplitsWriter writer(folder.path(), {1, 1, 1});
  for (std::size_t s = 0; s < 3; ++s) writer.append(s, std::vector<float>(storm_floats, 4), 0, 0);
  CHECK_THROWS_WITH_AS(writer.finish("test"), doctest::Contains("the same value everywhere"), InputError);
}
