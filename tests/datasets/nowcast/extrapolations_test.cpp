#include "datasets/nowcast/extrapolations.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <span>
#include <vector>

#include "datasets/nowcast/extrapolation.hpp"
#include "datasets/nowcast/generate_nowcast.hpp"
#include "datasets/nowcast/patch_extrapolation.hpp"
#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("extrapolations on disk are those of each patch, rounded to the patches' numbers, whatever the threads") {
  const TemporaryFolder folder;
  generate_nowcast({.samples = 50, .side = 64, .seed = 3, .test_fraction = 0.1, .threads = 2}, folder.path(),
                   [](std::int64_t) {});
  const NowcastPatches train(folder / "train.h5"), test(folder / "test.h5");
  REQUIRE(train.size() > 32);  // more than are made at once
  write_extrapolations(train, folder / "one.h5", 1);
  std::vector<double> shares;
  write_extrapolations(train, folder / "three.h5", 3, [&](double share) { shares.push_back(share); });
  CHECK(shares == std::vector{32.0 / static_cast<double>(train.size()), 1.0});
  const Extrapolations one(folder / "one.h5", train), three(folder / "three.h5", train);
  float wettest = 0;
  for (std::int64_t i = 0; i < train.size(); ++i) {
    const std::vector<float> exact = carry_patch(train.input(i), train.meta());
    const auto frames = one.frames(i), others = three.frames(i);
    REQUIRE(frames.size() == exact.size());
    std::int64_t wrong = 0;
    for (std::size_t k = 0; k < exact.size(); ++k) {
      wrong += frames[k] != others[k] || std::abs(0.01f * static_cast<float>(frames[k]) - exact[k]) > 0.00501f;
      wettest = std::max(wettest, exact[k]);
    }
    CHECK(wrong == 0);
  }
  CHECK(wettest > 1);
  CHECK_THROWS_WITH_AS(Extrapolations(folder / "one.h5", test),
                       doctest::Contains("one.h5: is of other patches; remove it, and it will be made again"),
                       InputError);
}

TEST_CASE("a patch's last frame and the one before it are carried by one motion to the same times") {
  const TemporaryFolder folder;
  generate_nowcast({.samples = 10, .side = 64, .seed = 3, .test_fraction = 0.2, .threads = 1}, folder.path(),
                   [](std::int64_t) {});
  const NowcastPatches train(folder / "train.h5");
  constexpr std::size_t pixels = 64 * 64;
  const auto past = train.input(1);
  const std::vector<float> both = carry_patch(past, train.meta()), newest = extrapolate_patch(past, train.meta());
  REQUIRE(both.size() == 12 * pixels);
  CHECK(std::equal(newest.begin(), newest.end(), both.begin()));
  const std::vector<float> frames = physical(past, train.meta().scale);
  const auto before = std::span(frames).subspan(5 * pixels, pixels), now = std::span(frames).last(pixels);
  const auto older = extrapolate(before, find_motion(before, now, 64, 64, train.meta().quantity), 7);
  for (std::size_t i = 0; i < 6 * pixels; ++i) {
    const float expected = older[pixels + i];
    REQUIRE(both[6 * pixels + i] == (std::isnan(expected) ? 0 : expected));
  }
}
