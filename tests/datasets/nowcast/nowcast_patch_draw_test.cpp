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

TEST_CASE("split by place: the east for validation, training where it does not touch it") {
  const auto letters = [](const PatchLattice& lattice, const std::vector<double>& weights, double share) {
    std::string text;
    for (const DataSplit split : split_by_place(lattice, weights, share))
      text += split == DataSplit::train ? 't' : split == DataSplit::validation ? 'v' : '-';
    return text;
  };
  // Middles are 48 wide, six columns of the lattice: five before the line overlap with validation's.
  const PatchLattice lattice(48, 200, 48);
  REQUIRE(lattice.columns.size() == 20);
  const std::vector<double> even(20, 1);
  CHECK(letters(lattice, even, 0.125) ==
        "ttttttttttttt-----vv");  // 2 of 15 is nearer to an eighth than 1 of 15, 3 of 15
  CHECK(letters(lattice, even, 0.45) == "tttttttt-----vvvvvvv");  // 7 of 15
  CHECK(letters(PatchLattice(200, 352, 200), even, 0.125) ==
        "ttttttttttttt-----vv");  // the same where the middle is a part of the patch
  std::vector<double> dry_east = even;
  for (std::size_t i = 16; i < 20; ++i) dry_east[i] = 0;
  CHECK(letters(lattice, dry_east, 0.125) == "tttttttttt-----vvvvv");  // 1 of 11
  CHECK(letters(PatchLattice(48, 64, 48), {1, 1, 1}, 0.125).empty());  // nothing would be left to train on
  CHECK(letters(PatchLattice(48, 48, 48), {1}, 0.125).empty());
}

TEST_CASE("a draw by columns is the draw of all that those columns were offered") {
  const PatchLattice lattice(100, 200, 48);
  ColumnReservoirs columns(lattice, 30, 5);
  PatchReservoir expected(30, 5), drawn(30, 5);
  std::vector<DataSplit> splits(lattice.columns.size(), DataSplit::dropped);
  for (const std::size_t column : {0, 3, 4, 19}) splits[column] = DataSplit::train;
  for (std::int64_t window = 0; window < 9; ++window)
    for (std::int64_t place = 0; place < lattice.size(); ++place) {
      const double weight = 0.1 + static_cast<double>((window * 31 + place * 17) % 13);
      columns.offer({window, place}, weight);
      if (splits[static_cast<std::size_t>(place % std::ssize(lattice.columns))] == DataSplit::train)
        expected.offer({window, place}, weight);
    }
  columns.give(splits, DataSplit::train, drawn);
  CHECK(std::ranges::equal(drawn.drawn(), expected.drawn()));
  CHECK(drawn.drawn().size() == 30);
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
