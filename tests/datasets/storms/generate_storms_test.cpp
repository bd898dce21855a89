#include "datasets/storms/generate_storms.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "datasets/storms/storm_labels.hpp"
#include "datasets/storms/storms.hpp"
#include "datasets/storms/synthetic_storm.hpp"
#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

SplitCounts generate(const StormWorld& world, const std::filesystem::path& folder) {
  return generate_storms(world, folder, [](std::int64_t) {});
}

/// Area under the ROC curve of one number as a forecast, by counting pairs.
double area(const std::vector<double>& positive, const std::vector<double>& negative) {
  double won = 0;
  for (const double p : positive) {
    for (const double n : negative) won += p > n ? 1 : p == n ? 0.5 : 0;
  }
  return won / static_cast<double>(positive.size() * negative.size());
}

}  // namespace

TEST_CASE("a storm is the same whatever the number of storms, of threads and of splits") {
  const TemporaryFolder one, many;
  generate({.storms = 300, .seed = 5, .threads = 1}, one.path());
  generate({.storms = 300, .seed = 5, .threads = 3}, many.path());
  for (const char* split : {"train.h5", "validation.h5", "test.h5"}) {
    CHECK(scan(Storms(one / split)).fingerprint == scan(Storms(many / split)).fingerprint);
  }
  std::vector<float> storm(storm_floats);
  make_storm(5, 299, storm);
  CHECK(std::ranges::equal(Storms(one / "test.h5").patch(59), storm));
  const TemporaryFolder other;
  generate({.storms = 300, .seed = 6}, other.path());
  CHECK(scan(Storms(one / "train.h5")).fingerprint != scan(Storms(other / "train.h5")).fingerprint);
}

TEST_CASE("splits have the asked sizes; statistics are those of the training split alone, in every file") {
  const TemporaryFolder folder;
  const SplitCounts counts =
      generate({.storms = 1000, .validation_fraction = 0.15, .test_fraction = 0.25}, folder.path());
  const Storms train(folder / "train.h5"), validation(folder / "validation.h5"), test(folder / "test.h5");
  CHECK(train.size() == 600);
  CHECK(validation.size() == 150);
  CHECK(test.size() == 250);
  std::int64_t positives = 0;
  for (const float v : test.vorticity_max()) positives += v > 0.005f;
  CHECK(counts[2].positive_max == positives);
  for (std::size_t c = 0; c < 3; ++c) {
    double sum = 0, squares = 0;
    const auto values = train.patches();
    for (std::size_t i = c; i < values.size(); i += 3) sum += values[i];
    const double n = static_cast<double>(values.size()) / 3, mean = sum / n;
    for (std::size_t i = c; i < values.size(); i += 3) squares += (values[i] - mean) * (values[i] - mean);
    CHECK(train.statistics().mean[c] == doctest::Approx(mean).epsilon(1e-5));
    CHECK(train.statistics().deviation[c] == doctest::Approx(std::sqrt(squares / n)).epsilon(1e-5));
    CHECK(test.statistics().mean[c] == train.statistics().mean[c]);
  }
}

TEST_CASE("about 5 % are positive, and neither rotation, echo nor wind alone decides which") {
  constexpr int n = 4000;
  std::vector<float> p(storm_floats);
  std::vector<double> rotation[2], echo[2], speed[2];
  for (std::uint64_t i = 0; i < n; ++i) {
    const FutureVorticity future = make_storm(3, i, p);
    CHECK(future.max >= future.mean);
    const bool label = positive(LabelRule::max, future.max, future.mean);
    double most_rotation = -1, most_echo = 0, most_speed = 0;
    const auto at = [&](std::size_t r, std::size_t c, std::size_t k) { return p[(r * 32 + c) * 3 + k]; };
    for (std::size_t r = 1; r < 31; ++r) {
      for (std::size_t c = 1; c < 31; ++c) {
        most_rotation = std::max<double>(
            most_rotation, (at(r, c + 1, 2) - at(r, c - 1, 2) - at(r + 1, c, 1) + at(r - 1, c, 1)) / 2000);
        most_echo = std::max<double>(most_echo, at(r, c, 0));
        most_speed = std::max<double>(most_speed, std::hypot(at(r, c, 1), at(r, c, 2)));
      }
    }
    rotation[label].push_back(most_rotation), echo[label].push_back(most_echo), speed[label].push_back(most_speed);
  }
  const double share = static_cast<double>(rotation[1].size()) / n;
  CHECK(share > 0.035);
  CHECK(share < 0.065);
  CHECK(area(rotation[1], rotation[0]) > 0.8);   // it is a signal,
  CHECK(area(rotation[1], rotation[0]) < 0.92);  // not the answer
  CHECK(area(echo[1], echo[0]) < 0.75);
  CHECK(area(speed[1], speed[0]) < 0.75);
}

TEST_CASE("impossible worlds are refused, and leave no file") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(generate({.storms = 5, .validation_fraction = 0.05}, folder.path()),
                       doctest::Contains("0 for validation"), InputError);
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK_THROWS_AS(generate({.storms = 100}, "/proc/no/such"), InputError);
}
