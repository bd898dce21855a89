#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "datasets/files/splits.hpp"
#include "datasets/nowcast/blurred_extrapolation.hpp"
#include "datasets/nowcast/nowcast_writer.hpp"

namespace stormsweep {

struct NowcastSplitCount {
  std::int64_t patches = 0;
  double wet = 0;   ///< share of the pixels of X and Y that are above zero
  double mean = 0;  ///< of all pixels, in physical units
};
using NowcastSplitCounts = std::array<NowcastSplitCount, 3>;  ///< in the order of `split_names`

/// Mean and deviation of stored numbers: exact sums, whatever their order.
class PixelSums {
 public:
  void add(std::span<const std::uint16_t> pixels);
  PixelStatistics statistics(float scale) const;
  double wet() const { return static_cast<double>(wet_) / static_cast<double>(count_); }

 private:
  std::uint64_t count_ = 0, wet_ = 0, sum_ = 0;
  long double squares_ = 0;  // 64 bits of mantissa: exact up to 4 * 10^9 of the greatest pixels
};

/// Writes train.h5, test.h5 and, where it has patches, validation.h5 of one folder side by side. Once all are on the
/// disk, `finish` puts them in the place of an earlier set (remove_earlier_set); until then, that stays. Throws
/// InputError as NowcastWriter does.
class NowcastSplitsWriter {
 public:
  /// `sizes`: patches per split, 0 only for validation. `meta`: its statistics, which become the training split's, and
  /// its blurs, which are fitted to up to 512 patches spread over that, are not read.
  NowcastSplitsWriter(const std::filesystem::path& folder, const std::array<std::int64_t, 3>& sizes, std::int64_t side,
                      const NowcastMeta& meta);
  /// `split`: its place in `split_names`. The order within a split is the order of the calls.
  void append(std::size_t split, std::span<const std::uint16_t> frames, const NowcastPlace& place);
  NowcastSplitCounts finish(const std::string& provenance);

 private:
  void fit();

  std::filesystem::path folder_;
  std::array<std::int64_t, 3> sizes_;
  std::array<std::optional<NowcastWriter>, 3> writers_;
  std::array<PixelSums, 3> sums_;
  std::int64_t side_, seen_ = 0;  ///< seen_: training patches
  NowcastMeta meta_;
  std::vector<std::uint16_t> to_fit_;  ///< patches, a few at a time
  BlurFit blurs_;
};

}  // namespace stormsweep
