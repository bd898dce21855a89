#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "datasets/weather/cf_weather_file.hpp"
#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// What the labelling rules look at: the weather of one moment. Fields are [height, width], and empty where the file
/// has none.
struct WeatherMoment {
  WeatherGrid grid;
  std::vector<float> transport;                ///< of vapour
  std::string transport_name, transport_unit;  ///< "IVT", or what it was computed from; "kg/(m s)"
  std::vector<float> tmq;                      ///< kg/m2
  std::vector<float> u850, v850;               ///< m/s
  std::vector<float> psl, t200, t500, prect;   ///< Pa, K, K, any unit
  std::vector<std::uint8_t> truth;             ///< a sample's labeling 0, where it has one

  /// Whether it has all fields that the rule for cyclones needs.
  bool tells_cyclones() const;
};

/// The moments in a sample (*.h5), which has one, or in a CF NetCDF file (any other ending). Throws InputError.
std::int64_t count_moments(const std::filesystem::path& path);

/// The moment of a sample, from its fields [16, height, width].
WeatherMoment moment_of(const WeatherGrid& grid, std::span<const float> fields);

/// Reads moments. The NetCDF file read last stays open: in some, unpacking one moment costs as much as unpacking all
/// moments in its chunks.
class MomentReader {
 public:
  /// Vapour transport that a file lacks is computed from its two components; else, and for all samples, as TMQ times
  /// the wind at 850 hPa, as if the whole column of vapour moved with it; else from that wind and the humidity near the
  /// ground, at best in proportion to the transport. May be called by several threads at once. Throws InputError.
  WeatherMoment read(const std::filesystem::path& path, std::int64_t moment);

 private:
  const CfWeatherFile& open(const std::filesystem::path& path);
  std::filesystem::path path_;
  std::optional<CfWeatherFile> file_;  ///< of `path_`, if any; under the lock of HDF5
};

}  // namespace stormsweep
