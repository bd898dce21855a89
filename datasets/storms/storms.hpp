#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace stormsweep {

class MappedFile;

/// A storm patch: 32 x 32 points, 1 km apart, row 0 = south, column 0 = west; channels last.
inline constexpr std::int64_t storm_side = 32;
/// Composite reflectivity (dBZ), 10 m wind u (eastward), v (northward; m/s).
inline constexpr std::int64_t storm_channels = 3;
inline constexpr std::int64_t storm_floats = storm_side * storm_side * storm_channels;

inline constexpr int storm_format_version = 1;  ///< of the files below

/// Mean and standard deviation of each channel, over the training split only.
struct StormStatistics {
  std::array<float, storm_channels> mean{}, deviation{};
};

/// One split of the tornado data, mapped read-only from its HDF5 file: ranks of a node share the pages.
/// File: /patches float32 [N, 32, 32, 3], contiguous, physical units; /vorticity_max, /vorticity_mean float32 [N]:
/// maximum and mean over the patch of the next hour's 1 km vorticity (1/s); attributes channel_mean, channel_deviation
/// [3], provenance (text), format_version.
class Storms {
 public:
  /// Throws InputError: missing, truncated, not ours, wrong shape, wrong type, compressed (not mappable).
  explicit Storms(const std::filesystem::path& path);
  ~Storms();
  Storms(Storms&&) noexcept;
  Storms& operator=(Storms&&) noexcept;

  std::int64_t size() const;
  /// [32, 32, 3] of storm `i`, in physical units.
  std::span<const float> patch(std::int64_t i) const;
  /// [N, 32, 32, 3].
  std::span<const float> patches() const;
  std::span<const float> vorticity_max() const;
  std::span<const float> vorticity_mean() const;
  const StormStatistics& statistics() const;
  /// The file that holds all of these.
  const MappedFile& file() const;

 private:
  struct Mapping;
  std::unique_ptr<Mapping> mapping_;
};

/// What a scan of the whole file found.
struct StormScan {
  std::int64_t storms = 0;
  std::int64_t not_finite = 0;  ///< storms with a NaN or an infinity in them
  std::string fingerprint;      ///< 32 hexadecimal digits: XXH3-128 of the contents
};
/// `progress` is given the share read.
StormScan scan(
    const Storms& storms, const std::function<void(double)>& progress = [](double) {});

}  // namespace stormsweep
