#include "datasets/storms/storm_batches.hpp"

#include <array>
#include <cstddef>
#include <vector>

#include "datasets/files/mapped_file.hpp"

namespace stormsweep {

// Three channels in turn; the trip count is fixed, so the loop vectorises.
void standardise(std::span<const float> patch, const StormStatistics& statistics, std::span<float> to) {
  const float* in = patch.data();
  float* out = to.data();
  std::array<float, storm_channels> scale, offset;
  for (std::size_t c = 0; c < storm_channels; ++c) {
    scale[c] = 1 / statistics.deviation[c];
    offset[c] = -statistics.mean[c] * scale[c];
  }
  for (std::ptrdiff_t i = 0; i < storm_floats; i += storm_channels) {
    for (std::size_t c = 0; c < storm_channels; ++c) {
      out[i + static_cast<std::ptrdiff_t>(c)] = in[i + static_cast<std::ptrdiff_t>(c)] * scale[c] + offset[c];
    }
  }
}

Batch gather(const Storms& storms, std::span<const StormSample> samples, const StormBatching& batching) {
  const auto n = std::ssize(samples);
  Batch batch{torch::empty({n, storm_channels, storm_side, storm_side}, torch::MemoryFormat::ChannelsLast),
              torch::empty({n, 1})};
  std::vector<std::span<const std::byte>> patches;
  for (const StormSample& sample : samples) patches.push_back(std::as_bytes(storms.patch(sample.storm)));
  storms.file().will_need(patches);
  float* input = batch.input.data_ptr<float>();
  float* target = batch.target.data_ptr<float>();
  std::array<float, storm_floats> transformed;
  for (const StormSample& sample : samples) {
    auto patch = storms.patch(sample.storm);
    if (batching.transform) {
      apply(StormTransform::draw(sample.transform_seed), *batching.transform, storms.patch(sample.storm),
            batching.statistics.mean, transformed);
      patch = transformed;
    }
    standardise(patch, batching.statistics, {input, storm_floats});
    const auto i = static_cast<std::size_t>(sample.storm);
    *target++ = positive(batching.label, storms.vorticity_max()[i], storms.vorticity_mean()[i]) ? 1.0f : 0.0f;
    input += storm_floats;
  }
  return batch;
}

}  // namespace stormsweep
