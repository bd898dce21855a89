#include "datasets/nowcast/nowcast_patches.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "datasets/nowcast/nowcast_writer.hpp"
#include "search/base/error.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t side = 8;
const NowcastMeta meta{RadarQuantity::rain_rate, 10, 2, 0.01f, {0.5f, 1.5f}};

/// Sample i: 1000 i + position.
std::vector<std::uint16_t> frames(int i) {
  std::vector<std::uint16_t> values(nowcast_frames * side * side);
  std::iota(values.begin(), values.end(), static_cast<std::uint16_t>(1000 * i));
  return values;
}

void write(const fs::path& path, int samples, const NowcastMeta& with = meta) {
  NowcastWriter writer(path, samples, side);
  for (int i = 0; i < samples; ++i) writer.append(frames(i), {600 * i, i, 2 * i});
  writer.seal(with, "test");
  writer.publish();
}

}  // namespace

TEST_CASE("nowcast patches come back as they were written") {
  const TemporaryFolder folder;
  write(folder / "n.h5", 3);
  const NowcastPatches patches(folder / "n.h5");
  REQUIRE(patches.size() == 3);
  CHECK(patches.side() == side);
  for (int i = 0; i < 3; ++i) {
    const auto expected = frames(i);
    CHECK(std::ranges::equal(patches.input(i), std::span(expected).first(7 * 64)));
    CHECK(std::ranges::equal(patches.target(i), std::span(expected).subspan(7 * 64)));
    const auto k = static_cast<std::size_t>(i);
    CHECK(patches.times()[k] == 600 * i);
    CHECK(patches.rows()[k] == i);
    CHECK(patches.columns()[k] == 2 * i);
  }
  CHECK(patches.meta().quantity == RadarQuantity::rain_rate);
  CHECK(patches.meta().pixel_km == 2);
  CHECK(patches.meta().scale == 0.01f);
  CHECK(patches.meta().statistics.mean == 0.5f);
  CHECK(patches.meta().statistics.deviation == 1.5f);
  CHECK(reinterpret_cast<std::uintptr_t>(patches.input(0).data()) % 4096 == 0);  // pages that ranks share
}

TEST_CASE("the fingerprint of nowcast patches is that of the contents") {
  const TemporaryFolder folder;
  write(folder / "a.h5", 2);
  write(folder / "b.h5", 2);
  const std::string a = fingerprint(NowcastPatches(folder / "a.h5"));
  CHECK(a.size() == 32);
  CHECK(a == fingerprint(NowcastPatches(folder / "b.h5")));
  NowcastMeta other = meta;
  other.statistics.mean = 0.6f;
  write(folder / "b.h5", 2, other);
  CHECK(a != fingerprint(NowcastPatches(folder / "b.h5")));
  write(folder / "b.h5", 1);
  CHECK(a != fingerprint(NowcastPatches(folder / "b.h5")));
}

TEST_CASE("a nowcast writer that does not finish leaves nothing, and keeps what was there") {
  const TemporaryFolder folder;
  write(folder / "n.h5", 3);
  { NowcastWriter(folder / "n.h5", 5, side).append(frames(0), {}); }
  CHECK(NowcastPatches(folder / "n.h5").size() == 3);
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("nowcast patches that cannot be trained on are refused in one line with the remedy") {
  const TemporaryFolder folder;
  const fs::path path = folder / "n.h5";
  const auto refused_for = [&](const std::string& problem) {
    std::string message;
    try {
      NowcastPatches patches(path);
    } catch (const InputError& error) {
      message = error.what();
    }
    CAPTURE(message);
    CHECK(message.starts_with(path.string() + ": "));
    CHECK(message.find(problem) != std::string::npos);
    CHECK(message.find("make it again with stormsweep prepare nowcast") != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
  };
  SUBCASE("missing") {
    refused_for("no such file");
  }
  SUBCASE("not HDF5") {
    std::ofstream(path) << "rain\n";
    refused_for("not an HDF5 file");
  }
  SUBCASE("cut short") {
    write(path, 10);
    fs::resize_file(path, fs::file_size(path) / 2);
    refused_for("cut short");
  }
  SUBCASE("of another kind") {
    Hdf5Maker(path).attribute("/", "format_version", 2);
    refused_for("quantity is ''");
  }
  SUBCASE("of another version") {
    Hdf5Maker(path).attribute("/", "format_version", 9);
    refused_for("format_version is 9, not 2");
  }
  SUBCASE("without statistics") {
    NowcastMeta bad = meta;
    bad.statistics.deviation = 0;
    write(path, 1, bad);
    refused_for("deviation is missing or not finite and positive");
  }
}
