#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>

namespace stormsweep {

/// Synthetic weather (datasets/weather_synthesis/synthetic_weather.hpp), whose cyclones and rivers are known.
struct WeatherWorld {
  std::int64_t samples = 0;  ///< over all splits
  std::int64_t height = 192, width = 288;
  std::uint64_t seed = 0;
  double validation_fraction = 0.1, test_fraction = 0.2;
  int threads = 1;
};

struct WeatherSplit {
  std::int64_t samples = 0;
  std::array<std::int64_t, 3> pixels{};  ///< of each class
};

/// Labeling 0 is the truth; labeling 1 is that of the rules (datasets/labels/weather_labels.hpp) by which the samples
/// of Kurth et al. were labelled. Writes folder/train/, validation/ and test/, a file data-YYYY-MM-DD-TT-R.h5 a sample,
/// with their indices. The same bytes on any number of threads. A folder that holds samples already is refused.
/// `progress` is given the samples made so far. Throws InputError.
std::array<WeatherSplit, 3> generate_weather(const WeatherWorld& world, const std::filesystem::path& folder,
                                             const std::function<void(std::int64_t)>& progress);

}  // namespace stormsweep
