#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "datasets/radar/radar_image.hpp"

namespace stormsweep {

/// Clamps rain rates to 0 ... 655.34 mm/h, the range of training data; missing values and VIL stay as they are.
void clamp_rain(RadarFrame& frame);

/// Counts impossible rain rates: below 0 (by more than rounding) and above all that was ever measured.
class ImpossibleRain {
 public:
  /// `strict`: throws InputError at the first such image.
  void look_at(const RadarImage& image, const RadarFrame& frame, bool strict);
  /// One for each scaling of numbers: the first file, how many values and images, their range, the scaling, and what is
  /// done with them.
  std::vector<std::string> lines() const;

 private:
  struct Found {
    std::string path;  ///< the first image's
    std::int64_t images = 0, values = 0;
    float lowest = 0, highest = 0;
  };
  static std::string line(const std::string& scaling, const Found& found);

  std::map<std::string, Found> by_scaling_;
};

}  // namespace stormsweep
