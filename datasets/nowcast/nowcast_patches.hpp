#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "datasets/radar/radar_frame.hpp"

namespace stormsweep {

class MappedFile;

/// Frames of a nowcasting sample: 7 past ones (-60 ... 0 min) go in, 6 future ones (+10 ... +60 min) come out (Samsi et
/// al. 2019).
inline constexpr std::int64_t nowcast_inputs = 7, nowcast_targets = 6;
inline constexpr std::int64_t nowcast_frames = nowcast_inputs + nowcast_targets;
/// Frames carried along the motion to the times of the future ones: the last past frame, then the one before it.
inline constexpr std::int64_t nowcast_carried = 2 * nowcast_targets;
inline constexpr int nowcast_format_version = 2;  ///< of the files below

/// Mean and standard deviation of all pixels of the training split, in physical units.
struct PixelStatistics {
  float mean = 0, deviation = 1;
};

/// How the extrapolation of a lead time (patch_extrapolation.hpp) is smoothed to err least on the training split
/// (blurred_extrapolation.hpp).
struct NowcastBlur {
  float sigma = 0;  ///< of the Gaussian, pixels
  float factor = 1;
  bool operator==(const NowcastBlur&) const = default;
};
using NowcastBlurs = std::array<NowcastBlur, nowcast_targets>;

/// What is the same for all samples of a file.
struct NowcastMeta {
  RadarQuantity quantity = RadarQuantity::rain_rate;
  double step_minutes = 10;  ///< between frames
  double pixel_km = 1;
  float scale = 0.01f;         ///< physical value = scale * stored number
  PixelStatistics statistics;  ///< of the training split, in every split's file
  NowcastBlurs blurs;          ///< the same
};

/// One split of the nowcasting data, mapped read-only from its HDF5 file: ranks of a node share the pages, and a sample
/// is one contiguous piece of X and one of Y, so that a random batch reads only what it needs.
/// File: X uint16 [N, 7, side, side], Y uint16 [N, 6, side, side], contiguous, row 0 = north; time int64 [N] (of the
/// last input frame, seconds since 1970), row, column int32 [N] (of the patch's upper left pixel in the image);
/// attributes quantity, unit, step_minutes, pixel_km, scale, mean, deviation, blur_sigma [6], blur_factor [6],
/// provenance, format_version.
class NowcastPatches {
 public:
  /// Throws InputError: missing, truncated, not ours, wrong shape, wrong type, compressed (not mappable).
  explicit NowcastPatches(const std::filesystem::path& path);
  ~NowcastPatches();
  NowcastPatches(NowcastPatches&&) noexcept;
  NowcastPatches& operator=(NowcastPatches&&) noexcept;

  std::int64_t size() const;
  std::int64_t side() const;
  const NowcastMeta& meta() const;
  std::span<const std::uint16_t> input(std::int64_t i) const;   ///< [7, side, side] of sample i, stored numbers
  std::span<const std::uint16_t> target(std::int64_t i) const;  ///< [6, side, side]
  std::span<const std::int64_t> times() const;
  std::span<const std::int32_t> rows() const;
  std::span<const std::int32_t> columns() const;
  /// Where they all lie.
  const MappedFile& file() const;

 private:
  struct Mapping;
  std::unique_ptr<Mapping> mapping_;
};

/// 32 hexadecimal digits: XXH3-128 of the contents of a split, numbers and statistics. `progress`: which
/// share of it is read.
std::string fingerprint(
    const NowcastPatches& patches, const std::function<void(double)>& progress = [](double) {});

}  // namespace stormsweep
