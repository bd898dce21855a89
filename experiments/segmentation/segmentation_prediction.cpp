#include "experiments/segmentation/segmentation_prediction.hpp"

namespace stormsweep {

SegmentationPrediction predict(SegmentationNetwork& network, const ChannelRange& range, std::vector<float> fields,
                               std::int64_t height, std::int64_t width) {
  const torch::InferenceMode no_gradients;
  network.eval();
  const auto row = [](const std::array<float, 16>& values) { return torch::tensor(torch::ArrayRef<float>(values)); };
  const torch::Tensor least = row(range.minimum), extent = row(range.maximum) - least;
  const torch::Tensor as_read = torch::from_blob(fields.data(), {1, height, width, weather_channels});
  // The same arithmetic as gather's: a channel without an extent is 0.
  const torch::Tensor factor = torch::where(extent > 0, 1 / extent, torch::zeros_like(extent));
  const torch::Tensor input = ((as_read - least) * factor).permute({0, 3, 1, 2});
  const torch::Tensor probabilities = torch::softmax(network.forward(input), 1)[0].contiguous();
  return {probabilities.argmax(0).to(torch::kUInt8), probabilities};
}

}  // namespace stormsweep
