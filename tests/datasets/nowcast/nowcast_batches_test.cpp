#include "datasets/nowcast/nowcast_batches.hpp"

#include <doctest/doctest.h>

#include "datasets/nowcast/nowcast_writer.hpp"
#include "search/base/random.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

/// Patches of random numbers; a side that tiles of 32 do not fill.
NowcastPatches random_patches(const std::filesystem::path& path, std::int64_t side) {
  NowcastWriter writer(path, 2, side);
  RandomStream stream(1);
  for (int i = 0; i < 2; ++i) {
    std::vector<std::uint16_t> frames(static_cast<std::size_t>(nowcast_frames * side * side));
    for (auto& pixel : frames) pixel = static_cast<std::uint16_t>(stream.below(60000));
    writer.append(frames, {});
  }
  writer.seal({RadarQuantity::rain_rate, 10, 1, 0.01f, {1, 2}}, "test");
  writer.publish();
  return NowcastPatches(path);
}

torch::Tensor normalised(std::span<const std::uint16_t> frames, std::int64_t count, std::int64_t side,
                         const PixelStatistics& statistics) {
  torch::Tensor values = torch::empty({count, side, side});
  for (std::size_t i = 0; i < frames.size(); ++i)
    values.data_ptr<float>()[i] = (0.01f * static_cast<float>(frames[i]) - statistics.mean) / statistics.deviation;
  return values;
}

}  // namespace

TEST_CASE("gather: normalised with the statistics given, symmetries as Torch turns and transposes") {
  const TemporaryFolder folder;
  const PixelStatistics statistics{3, 5};
  for (const std::int64_t side : {8, 45}) {
    const NowcastPatches patches = random_patches(folder / "n.h5", side);
    for (int symmetry = 0; symmetry < 8; ++symmetry) {
      CAPTURE(symmetry);
      const std::vector<NowcastSample> samples{{1, symmetry}, {0, 0}};
      const Batch batch = gather(patches, samples, statistics);
      CHECK(batch.input.sizes() == torch::IntArrayRef({2, 7, side, side}));
      CHECK(batch.input.is_contiguous());
      CHECK(batch.target.sizes() == torch::IntArrayRef({2, 6, side, side}));
      for (const bool input : {true, false}) {
        torch::Tensor expected = input ? normalised(patches.input(1), 7, side, statistics)
                                       : normalised(patches.target(1), 6, side, statistics);
        if (symmetry >= 4) expected = expected.transpose(1, 2);
        expected = torch::rot90(expected, symmetry % 4, {1, 2});
        const torch::Tensor& got = input ? batch.input : batch.target;
        CHECK(torch::allclose(got[0], expected, 1e-5, 1e-5));
        const torch::Tensor plain = input ? normalised(patches.input(0), 7, side, statistics)
                                          : normalised(patches.target(0), 6, side, statistics);
        CHECK(torch::allclose(got[1], plain, 1e-5, 1e-5));
      }
    }
  }
}

TEST_CASE("gather: extrapolations follow the past frames, turned alike, and nothing else changes") {
  const TemporaryFolder folder;
  const PixelStatistics statistics{3, 5};
  const NowcastPatches patches = random_patches(folder / "n.h5", 64);
  write_extrapolations(patches, folder / "e.h5", 1);
  const Extrapolations extrapolations(folder / "e.h5", patches);
  for (const int symmetry : {0, 3, 6}) {
    const std::vector<NowcastSample> samples{{1, symmetry}, {0, symmetry}};
    const Batch plain = gather(patches, samples, statistics);
    const Batch batch = gather(patches, samples, statistics, &extrapolations);
    REQUIRE(batch.input.sizes() == torch::IntArrayRef({2, 19, 64, 64}));
    CHECK(torch::equal(batch.input.narrow(1, 0, 7), plain.input));
    CHECK(torch::equal(batch.target, plain.target));
    torch::Tensor expected = normalised(extrapolations.frames(1), 12, 64, statistics);
    if (symmetry >= 4) expected = expected.transpose(1, 2);
    CHECK(torch::allclose(batch.input[0].narrow(0, 7, 12), torch::rot90(expected, symmetry % 4, {1, 2}), 1e-5, 1e-5));
  }
}
