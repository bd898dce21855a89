#include "datasets/weather/weather_batches.hpp"

#include "datasets/batch_memory.hpp"

namespace stormsweep {

Batch gather(const WeatherSet& set, std::span<const std::int64_t> samples, const ChannelRange& range, int labeling) {
  const auto n = std::ssize(samples), height = set.index().height, width = set.index().width;
  Batch batch{empty_batch({n, weather_channels, height, width}), torch::empty({n, height, width}, torch::kUInt8)};
  ChannelScaling scaling;
  for (std::size_t c = 0; c < range.minimum.size(); ++c) {
    const float extent = range.maximum[c] - range.minimum[c];
    scaling.offset[c] = range.minimum[c], scaling.factor[c] = extent > 0 ? 1 / extent : 0;
  }
  const auto pixels = static_cast<std::size_t>(height * width);
  std::span fields(batch.input.data_ptr<float>(), static_cast<std::size_t>(n) * pixels * weather_channels);
  std::span labels(batch.target.data_ptr<std::uint8_t>(), static_cast<std::size_t>(n) * pixels);
  for (const std::int64_t sample : samples) {
    const WeatherFile file = set.open(sample);
    file.read(fields.first(pixels * weather_channels), scaling);
    file.read_labels(labeling, labels.first(pixels));
    fields = fields.subspan(pixels * weather_channels), labels = labels.subspan(pixels);
  }
  return batch;
}

}  // namespace stormsweep
