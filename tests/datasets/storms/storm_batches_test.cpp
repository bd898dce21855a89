#include "datasets/storms/storm_batches.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "datasets/storms/storm_writer.hpp"
#include "datasets/storms/synthetic_storm.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

constexpr StormStatistics statistics{{20, 0.5f, -1}, {10, 4, 5}};

/// Six storms with known labels: max positive for 1 and 4, mean positive for 4 and 5.
Storms write(const std::filesystem::path& path) {
  StormWriter writer(path, 6);
  std::vector<float> patch(storm_floats);
  const float maxima[] = {0, 0.0051f, 0.005f, 0, 0.02f, 0.004f}, means[] = {0, 0, 0.0079f, 0, 0.008f, 0.009f};
  for (std::uint64_t i = 0; i < 6; ++i) {
    make_storm(1, i, patch);
    writer.append(patch, maxima[i], means[i]);
  }
  writer.finish(statistics, "test");
  return Storms(path);
}

}  // namespace

TEST_CASE("a batch holds the chosen storms, standardised per channel, channels last in memory") {
  const TemporaryFolder folder;
  const Storms storms = write(folder / "s.h5");
  const std::vector<StormSample> samples{{4, 0}, {0, 0}, {4, 0}};
  const Batch batch = gather(storms, samples, {statistics, LabelRule::max, {}});
  CHECK(batch.input.sizes() == torch::IntArrayRef{3, 3, 32, 32});
  CHECK(batch.input.is_contiguous(torch::MemoryFormat::ChannelsLast));
  CHECK(batch.input[0].equal(batch.input[2]));
  for (const std::int64_t c : {0, 1, 2}) {
    const auto k = static_cast<std::size_t>(c);
    const float raw = storms.patch(0)[(7 * 32 + 9) * 3 + k];
    CHECK(batch.input[1][c][7][9].item<float>() ==
          doctest::Approx((raw - statistics.mean[k]) / statistics.deviation[k]));
  }
}

TEST_CASE("labels by both rules, thresholds as specified") {
  const TemporaryFolder folder;
  const Storms storms = write(folder / "s.h5");
  std::vector<StormSample> all(6);
  for (std::int64_t i = 0; i < 6; ++i) all[static_cast<std::size_t>(i)].storm = i;
  const auto labels = [&](LabelRule rule) { return gather(storms, all, {statistics, rule, {}}).target.flatten(); };
  CHECK(labels(LabelRule::max).equal(torch::tensor({0.f, 1.f, 0.f, 0.f, 1.f, 0.f})));
  CHECK(labels(LabelRule::mean).equal(torch::tensor({0.f, 0.f, 0.f, 0.f, 1.f, 1.f})));
}

TEST_CASE("transformed storms are those of `apply`, by the sample's own seed") {
  const TemporaryFolder folder;
  const Storms storms = write(folder / "s.h5");
  const std::vector<StormSample> samples{{2, 11}, {2, 12}};
  const Batch batch = gather(storms, samples, {statistics, LabelRule::max, WindRotation::vectors});
  CHECK(!batch.input[0].equal(batch.input[1]));
  std::vector<float> expected(storm_floats);
  apply(StormTransform::draw(12), WindRotation::vectors, storms.patch(2), statistics.mean, expected);
  CHECK(batch.input[1][1][20][3].item<float>() ==
        doctest::Approx((expected[(20 * 32 + 3) * 3 + 1] - statistics.mean[1]) / statistics.deviation[1]));
}
