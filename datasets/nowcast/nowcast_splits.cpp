#include "datasets/nowcast/nowcast_splits.hpp"

#include <algorithm>
#include <cmath>
#include <system_error>

#include "search/base/error.hpp"

namespace stormsweep {

void PixelSums::add(std::span<const std::uint16_t> pixels) {
  std::uint64_t sum = 0, squares = 0, wet = 0;
  for (const std::uint64_t pixel : pixels) sum += pixel, squares += pixel * pixel, wet += pixel > 0;
  count_ += pixels.size(), wet_ += wet, sum_ += sum, squares_ += static_cast<long double>(squares);
}

PixelStatistics PixelSums::statistics(float scale) const {
  const auto count = static_cast<long double>(count_);
  const long double mean = static_cast<long double>(sum_) / count;
  const long double variance = std::max(0.0L, squares_ / count - mean * mean);
  return {static_cast<float>(mean * scale), static_cast<float>(std::sqrt(variance) * scale)};
}

NowcastSplitsWriter::NowcastSplitsWriter(const std::filesystem::path& folder, const std::array<std::int64_t, 3>& sizes,
                                         std::int64_t side)
    : folder_(folder), sizes_(sizes) {
  make_writable(folder);
  for (std::size_t s = 0; s < split_names.size(); ++s) {
    if (sizes[s] > 0) writers_[s].emplace(folder / (std::string(split_names[s]) + ".h5"), sizes[s], side);
  }
}

void NowcastSplitsWriter::append(std::size_t split, std::span<const std::uint16_t> frames, const NowcastPlace& place) {
  writers_[split]->append(frames, place);
  sums_[split].add(frames);
}

NowcastSplitCounts NowcastSplitsWriter::finish(NowcastMeta meta, const std::string& provenance) {
  meta.statistics = sums_[0].statistics(meta.scale);
  if (!(meta.statistics.deviation > 0))
    throw InputError("the training patches have the same value everywhere; give images with rain in them");
  for (auto& writer : writers_) {
    if (writer) writer->seal(meta, provenance);
  }
  std::error_code error;
  if (!writers_[1]) std::filesystem::remove(folder_ / "validation.h5", error);
  if (error) throw InputError((folder_ / "validation.h5").string() + ": cannot be removed; choose another folder");
  NowcastSplitCounts counts;
  for (std::size_t s = 0; s < writers_.size(); ++s) {
    if (!writers_[s]) continue;
    writers_[s]->publish();
    counts[s] = {sizes_[s], sums_[s].wet(), sums_[s].statistics(meta.scale).mean};
  }
  return counts;
}

}  // namespace stormsweep
