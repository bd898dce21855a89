#include "experiments/segmentation/segmentation_samples.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace stormsweep;

using Numbers = std::vector<std::int64_t>;

TEST_CASE("files are divided between ranks, those that nobody can read left out") {
  const SampleShares shares{10, 3, {4}};
  CHECK(shares.divided(0) == Numbers{0, 1, 2});
  CHECK(shares.divided(1) == Numbers{3, 5, 6});
  CHECK(shares.divided(2) == Numbers{7, 8, 9});
  CHECK(shares.training(1, 0, 5) == shares.divided(1));
}

TEST_CASE("each rank draws its own files, none of them twice") {
  const SampleShares shares{100, 4, {}};
  const Numbers first = shares.training(0, 20, 5);
  CHECK(first.size() == 20);
  CHECK(std::set<std::int64_t>(first.begin(), first.end()).size() == 20);
  CHECK(first == shares.drawn(0, 20, 5));
  CHECK(first != shares.drawn(1, 20, 5));
  CHECK(first != shares.drawn(0, 20, 6));
  CHECK(shares.drawn(0, 1000, 5).size() == 100);
}

TEST_CASE("a file that cannot be read is replaced by the next of the draw, the others stay") {
  const Numbers whole = SampleShares{100, 1, {}}.drawn(0, 100, 5);
  const Numbers drawn = SampleShares{100, 1, {whole[2], whole[5]}}.drawn(0, 6, 5);
  CHECK(drawn == Numbers{whole[0], whole[1], whole[3], whole[4], whole[6], whole[7]});
}
