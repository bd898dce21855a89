#include "datasets/storms/device_storms.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "datasets/storms/storm_writer.hpp"
#include "datasets/storms/synthetic_storm.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("what a device gathers, as it is or transformed, is what the processor does sample by sample") {
  const TemporaryFolder folder;
  constexpr std::uint64_t count = 40;
  StormWriter writer(folder / "s.h5", count);
  std::vector<float> patch(storm_floats);
  for (std::uint64_t i = 0; i < count; ++i) {
    make_storm(1, i, patch);
    writer.append(patch, i % 3 == 0 ? 0.006f : 0.001f, i % 4 == 0 ? 0.009f : 0.001f);
  }
  writer.finish({{20, 0.5f, -1}, {10, 4, 5}}, "test");
  const Storms storms(folder / "s.h5");
  // On a processor here, by the same functions of LibTorch; tests/gpu compares them with those of a GPU.
  const DeviceStorms there(storms, torch::kCPU);
  std::vector<StormSample> samples;
  for (std::uint64_t i = 0; i < 3 * count; ++i) samples.push_back({static_cast<std::int64_t>(i * 7 % count), 100 + i});
  for (const LabelRule label : {LabelRule::max, LabelRule::mean}) {
    StormBatching batching{storms.statistics(), label, {}};
    CHECK(there.gather(samples, batching).input.allclose(gather(storms, samples, batching).input, 1e-5, 1e-5));
    for (const WindRotation winds : {WindRotation::vectors, WindRotation::paper}) {
      batching.transform = winds;
      const Batch made = there.gather(samples, batching), expected = gather(storms, samples, batching);
      CHECK(made.target.equal(expected.target));
      CHECK(made.input.is_contiguous(torch::MemoryFormat::ChannelsLast));
      // A point exactly on the patch's edge may fall on either side of it.
      const auto different = ((made.input - expected.input).abs() > 1e-3).to(torch::kFloat64).mean().item<double>();
      CHECK(different < 1e-5);
    }
  }
}
