#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "datasets/storms/storms.hpp"

namespace stormsweep {

/// Mean and population deviation of each channel, gathered storm by storm: from sums, in double, of differences from
/// the first storm's values, so that a large mean costs no digits.
class ChannelSums {
 public:
  void add(std::span<const float> patch) {
    if (count_ == 0) {
      for (std::size_t c = 0; c < origin_.size(); ++c) origin_[c] = patch[c];
    }
    for (std::size_t i = 0; i < patch.size(); i += origin_.size()) {
      for (std::size_t c = 0; c < origin_.size(); ++c) {
        const double difference = patch[i + c] - origin_[c];
        sum_[c] += difference;
        squares_[c] += difference * difference;
      }
    }
    const std::size_t pixels = patch.size() / origin_.size();
    count_ += static_cast<double>(pixels);
  }

  StormStatistics statistics() const {
    StormStatistics result;
    for (std::size_t c = 0; c < origin_.size(); ++c) {
      const double mean = sum_[c] / count_;
      result.mean[c] = static_cast<float>(origin_[c] + mean);
      result.deviation[c] = static_cast<float>(std::sqrt(std::max(0.0, squares_[c] / count_ - mean * mean)));
    }
    return result;
  }

 private:
  std::array<double, storm_channels> origin_{}, sum_{}, squares_{};
  double count_ = 0;
};

}  // namespace stormsweep
