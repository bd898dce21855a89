#include "datasets/nowcast/generate_nowcast.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "datasets/nowcast/synthetic_rain.hpp"
#include "search/base/error.hpp"
#include "tests/datasets/away.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;

namespace {

constexpr std::int64_t side = 96;

/// Mean square difference of frames `from` and `to` in the middle, when `from` is moved by (down, right).
double error_of(const std::vector<std::uint16_t>& frames, int from, int to, int down, int right) {
  double sum = 0;
  for (int y = 24; y < 72; ++y) {
    for (int x = 24; x < 72; ++x) {
      const double before = frames[static_cast<std::size_t>((from * side + y - down) * side + x - right)];
      const double after = frames[static_cast<std::size_t>((to * side + y) * side + x)];
      sum += (after - before) * (after - before);
    }
  }
  return sum;
}

}  // namespace

TEST_CASE("synthetic rain moves: the best displacement forecasts 10 min far better than persistence") {
  double moved = 0, persistent = 0;
  for (std::uint64_t number = 0; number < 20; ++number) {
    std::vector<std::uint16_t> frames(nowcast_frames * side * side);
    make_rain(1, number, side, frames);
    double best = std::numeric_limits<double>::infinity();
    for (int down = -14; down <= 14; ++down) {
      for (int right = -14; right <= 14; ++right) best = std::min(best, error_of(frames, 6, 7, down, right));
    }
    moved += best, persistent += error_of(frames, 6, 7, 0, 0);
  }
  CHECK(moved < 0.6 * persistent);
}

TEST_CASE("synthetic rain: as much and as strong as real rain where patches are drawn") {
  PixelSums sums;
  std::int64_t heavy = 0;
  for (std::uint64_t number = 0; number < 100; ++number) {
    std::vector<std::uint16_t> frames(nowcast_frames * side * side);
    make_rain(2, number, side, frames);
    sums.add(frames);
    heavy += std::ranges::count_if(frames, [](std::uint16_t pixel) { return pixel > 1000; });
  }
  CHECK(sums.wet() > 0.12);
  CHECK(sums.wet() < 0.4);
  CHECK(static_cast<double>(heavy) / (100.0 * nowcast_frames * side * side) < 0.02);  // above 10 mm/h
  CHECK(heavy > 0);
  CHECK(sums.statistics(0.01f).mean > 0.1f);
  CHECK(sums.statistics(0.01f).mean < 1);
}

TEST_CASE("generate nowcast: the same bytes on any number of threads, splits by index, training statistics") {
  const TemporaryFolder folder;
  RainWorld world{20, 48, 7, 0.1, 0.2, 1};
  const NowcastSplitCounts counts = generate_nowcast(world, folder / "one", [](std::int64_t) {});
  CHECK(counts[0].patches == 14);
  CHECK(counts[1].patches == 2);
  CHECK(counts[2].patches == 4);
  world.threads = 3;
  generate_nowcast(world, folder / "three", [](std::int64_t) {});
  PixelSums training;
  std::vector<std::uint16_t> expected(nowcast_frames * 48 * 48);
  std::uint64_t number = 0;
  for (const char* name : {"train.h5", "validation.h5", "test.h5"}) {
    const NowcastPatches one(folder / "one" / name);
    CHECK(bool{text_of(folder / "one" / name) == text_of(folder / "three" / name)});
    for (std::int64_t i = 0; i < one.size(); ++i) {
      make_rain(7, number++, 48, expected);
      CHECK(std::ranges::equal(one.input(i), std::span(expected).first(7 * 48 * 48)));
      CHECK(std::ranges::equal(one.target(i), std::span(expected).subspan(7 * 48 * 48)));
      if (name == std::string("train.h5")) training.add(expected);
    }
    CHECK(one.meta().statistics.mean == training.statistics(0.01f).mean);
    CHECK(one.meta().statistics.deviation == training.statistics(0.01f).deviation);
  }
}

TEST_CASE("pixel sums: by hand") {
  PixelSums sums;
  sums.add(std::vector<std::uint16_t>{0, 100});
  sums.add(std::vector<std::uint16_t>{200, 300});
  CHECK(sums.statistics(0.01f).mean == doctest::Approx(1.5));
  CHECK(sums.statistics(0.01f).deviation == doctest::Approx(std::sqrt(1.25)));
  CHECK(sums.wet() == 0.75);
}

TEST_CASE("nowcast splits: where one cannot be put in place, none of an earlier set is left beside the new ones") {
  const TemporaryFolder folder;
  const auto finish = [&](const std::array<std::int64_t, 3>& sizes) {
    NowcastSplitsWriter writer(folder.path(), sizes, 48, {});
    std::vector<std::uint16_t> frames(nowcast_frames * 48 * 48);
    make_rain(2, 1, 48, frames);
    for (std::size_t split = 0; split < 3; ++split)
      for (std::int64_t i = 0; i < sizes[split]; ++i) writer.append(split, frames, {});
    std::filesystem::remove_all(folder / "away");
    writer.finish("test");
  };
  finish({1, 1, 1});
  link_away(folder / "validation.h5");
  CHECK_THROWS_WITH_AS(finish({2, 1, 1}), doctest::Contains("validation.h5: cannot be replaced"), InputError);
  CHECK(NowcastPatches(folder / "train.h5").size() == 2);
  CHECK_FALSE(std::filesystem::exists(folder / "test.h5"));
}
