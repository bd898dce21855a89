#pragma once

#include <cstdint>
#include <vector>

#include "datasets/weather/weather_batches.hpp"
#include "models/segmentation_network.hpp"

namespace stormsweep {

/// What a network makes of one sample.
struct SegmentationPrediction {
  torch::Tensor classes;        ///< [height, width] uint8, the likeliest
  torch::Tensor probabilities;  ///< [3, height, width] float32
};

/// `fields` [height, width, 16] as they are in a file; they are normalised by `range` first. Leaves the network in
/// evaluation mode. Draws nothing.
SegmentationPrediction predict(SegmentationNetwork& network, const ChannelRange& range, std::vector<float> fields,
                               std::int64_t height, std::int64_t width);

}  // namespace stormsweep
