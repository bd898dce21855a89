#include "datasets/weather/weather_batches.hpp"

#include <doctest/doctest.h>

#include "datasets/prefetch.hpp"
#include "tests/datasets/weather/weather_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("gather: samples in the order asked for, normalised by the ranges given, channels last") {
  const TemporaryFolder folder;
  std::vector<RandomSample> samples;
  for (int i = 0; i < 3; ++i) {
    samples.emplace_back(20, 30, static_cast<std::uint64_t>(i));
    samples.back().write(folder / ("data-" + std::to_string(i) + ".h5"));
  }
  const WeatherSet set(folder.path());
  ChannelRange range{set.index().minimum, set.index().maximum};
  range.maximum[3] = range.minimum[3];  // a channel without any variation
  const std::vector<std::int64_t> numbers{2, 0, 2};
  for (const int labeling : {0, 1}) {
    const Batch batch = gather(set, numbers, range, labeling);
    CHECK(batch.input.sizes() == torch::IntArrayRef({3, 16, 20, 30}));
    CHECK(batch.input.is_contiguous(torch::MemoryFormat::ChannelsLast));
    CHECK(batch.target.sizes() == torch::IntArrayRef({3, 20, 30}));
    CHECK(batch.target.dtype() == torch::kUInt8);
    for (std::int64_t i = 0; i < 3; ++i) {
      RandomSample& sample = samples[static_cast<std::size_t>(numbers[static_cast<std::size_t>(i)])];
      const auto minimum = torch::from_blob(range.minimum.data(), {16, 1, 1});
      const auto extent = torch::from_blob(range.maximum.data(), {16, 1, 1}) - minimum;
      torch::Tensor expected = (torch::from_blob(sample.fields.data(), {16, 20, 30}) - minimum) / extent;
      expected[3].fill_(0);
      CHECK(torch::allclose(batch.input[i], expected, 1e-6, 1e-6));
      CHECK(batch.target[i].equal(torch::from_blob(sample.labels.data(), {2, 20, 30}, torch::kUInt8)[labeling]));
    }
  }
  const torch::Tensor input =
      gather(set, std::vector<std::int64_t>{0, 1, 2}, {set.index().minimum, set.index().maximum}, 0).input;
  CHECK(input.min().item<float>() == 0);
  CHECK(input.max().item<float>() == doctest::Approx(1));
}

TEST_CASE("gather: batches made ahead by four threads are those of one") {
  const TemporaryFolder folder;
  for (int i = 0; i < 5; ++i)
    RandomSample(20, 30, static_cast<std::uint64_t>(i)).write(folder / ("data-" + std::to_string(i) + ".h5"));
  const WeatherSet set(folder.path());
  const auto make = [&](std::int64_t k) {
    const std::vector<std::int64_t> numbers{k % 5, (3 * k + 1) % 5};
    return gather(set, numbers, {set.index().minimum, set.index().maximum}, 0);
  };
  std::vector<Batch> kept;  // batches outlive the next ones
  Prefetch ahead(40, make, 4);
  while (auto batch = ahead.next()) kept.push_back(*batch);
  REQUIRE(kept.size() == 40);
  for (std::int64_t k = 0; k < 40; ++k) {
    const Batch expected = make(k);
    CHECK(kept[static_cast<std::size_t>(k)].input.equal(expected.input));
    CHECK(kept[static_cast<std::size_t>(k)].target.equal(expected.target));
  }
}
