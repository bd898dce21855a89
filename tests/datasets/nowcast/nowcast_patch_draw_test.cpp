#include "datasets/nowcast/nowcast_patch_draw.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "search/base/random.hpp"

using namespace stormsweep;

TEST_CASE("lattice: every 8 pixels and at the far edge") {
  const PatchLattice lattice(70, 64, 48);
  CHECK(lattice.rows == std::vector<std::int32_t>{0, 8, 16, 22});
  CHECK(lattice.columns == std::vector<std::int32_t>{0, 8, 16});
  CHECK(lattice.size() == 12);
  CHECK(lattice.row(5) == 8);
  CHECK(lattice.column(5) == 16);
  CHECK(PatchLattice(48, 48, 48).size() == 1);
}

TEST_CASE("split by place: a band down the middle for validation, training where it does not touch it") {
  const auto letters = [](std::int64_t width, std::int64_t side, double share) {
    std::string text;
    for (const NowcastSplit split : split_by_place(PatchLattice(side, width, side), share))
      text += split == NowcastSplit::train ? 't' : split == NowcastSplit::validation ? 'v' : '-';
    return text;
  };
  // Middles are 48 wide, six columns of the lattice: five to each side overlap with the band's.
  CHECK(letters(200, 48, 0.125) == "ttt-----vvv-----tttt");
  CHECK(letters(352, 200, 0.125) == "ttt-----vvv-----tttt");  // wherever in the patch the middle lies
  CHECK(letters(200, 48, 0.01) == "tttt-----v-----ttttt");
  CHECK(letters(64, 48, 0.125) == "");  // nothing would be left to train on
  CHECK(letters(48, 48, 0.125) == "");
}

TEST_CASE("centres: mean rain and missing pixels as brute force counts them") {
  constexpr std::int64_t height = 100, width = 90, side = 64;
  std::vector<float> image(height * width);
  RandomStream stream(5);
  for (float& value : image) {
    value = static_cast<float>(stream.uniform(0, 3));
    if (stream.uniform() < 0.0005) value = std::numeric_limits<float>::quiet_NaN();
  }
  const PatchLattice lattice(height, width, side);
  const PatchCentres centres = look_at_centres(image, width, lattice);
  std::int64_t incomplete = 0;
  for (std::int64_t place = 0; place < lattice.size(); ++place) {
    double sum = 0;
    std::int64_t missing = 0;
    for (std::int64_t y = lattice.row(place) + 8; y < lattice.row(place) + 56; ++y) {
      for (std::int64_t x = lattice.column(place) + 8; x < lattice.column(place) + 56; ++x) {
        const float value = image[static_cast<std::size_t>(y * width + x)];
        std::isnan(value) ? ++missing : sum += value;
      }
    }
    const auto i = static_cast<std::size_t>(place);
    CHECK(centres.rain[i] == doctest::Approx(sum / 48 / 48));
    CHECK(bool{centres.complete[i] != 0} == (missing == 0));
    incomplete += missing > 0;
  }
  CHECK(incomplete > 0);
  CHECK(incomplete < lattice.size());
}

TEST_CASE("reservoir: shares follow the weights, nothing is drawn twice, the order does not matter") {
  std::map<std::int64_t, int> counts;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    PatchReservoir reservoir(1, seed);
    for (std::int64_t place = 0; place < 3; ++place) reservoir.offer({0, place}, static_cast<double>(place + 1));
    ++counts[reservoir.drawn()[0].place];
  }
  CHECK(counts[0] / 4000.0 == doctest::Approx(1.0 / 6).epsilon(0.1));
  CHECK(counts[2] / 4000.0 == doctest::Approx(3.0 / 6).epsilon(0.1));

  PatchReservoir forth(50, 1), back(50, 1);
  for (std::int64_t i = 0; i < 1000; ++i) {
    forth.offer({i / 10, i % 10}, 1);
    back.offer({(999 - i) / 10, (999 - i) % 10}, 1);
  }
  const auto drawn = forth.drawn();
  CHECK(bool{drawn == back.drawn()});
  CHECK(drawn.size() == 50);
  CHECK(std::ranges::is_sorted(drawn));
  CHECK(std::ranges::adjacent_find(drawn) == drawn.end());
}
