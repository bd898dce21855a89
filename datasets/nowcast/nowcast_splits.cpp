#include "datasets/nowcast/nowcast_splits.hpp"

#include <algorithm>
#include <cmath>

#include "datasets/nowcast/patch_extrapolation.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/parallel.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t most_fitted = 512;  // patches, for two numbers a lead time: seconds
constexpr std::size_t fitted_at_once = 16;

}  // namespace

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
                                         std::int64_t side, const NowcastMeta& meta)
    : folder_(folder), sizes_(sizes), side_(side), meta_(meta) {
  make_writable(folder);
  for (std::size_t s = 0; s < split_names.size(); ++s) {
    if (sizes[s] > 0) writers_[s].emplace(folder / (std::string(split_names[s]) + ".h5"), sizes[s], side);
  }
}

void NowcastSplitsWriter::append(std::size_t split, std::span<const std::uint16_t> frames, const NowcastPlace& place) {
  writers_[split]->append(frames, place);
  sums_[split].add(frames);
  const std::int64_t stride = (sizes_[0] + most_fitted - 1) / most_fitted;
  if (split == 0 && seen_++ % stride == 0) to_fit_.insert(to_fit_.end(), frames.begin(), frames.end());
  if (to_fit_.size() >= fitted_at_once * frames.size()) fit();
}

void NowcastSplitsWriter::fit() {
  const auto past = static_cast<std::size_t>(nowcast_inputs * side_ * side_),
             all = static_cast<std::size_t>(nowcast_frames * side_ * side_);
  std::vector<BlurFit> fits(to_fit_.size() / all);
  in_parallel(std::ssize(fits), usable_cores(), [&](std::int64_t i) {
    const auto frames = std::span<const std::uint16_t>(to_fit_).subspan(static_cast<std::size_t>(i) * all, all);
    fits[static_cast<std::size_t>(i)].add(extrapolate_patch(frames.first(past), meta_),
                                          physical(frames.subspan(past), meta_.scale), side_);
  });
  for (const BlurFit& one : fits) blurs_ += one;
  to_fit_.clear();
}

NowcastSplitCounts NowcastSplitsWriter::finish(const std::string& provenance) {
  meta_.statistics = sums_[0].statistics(meta_.scale);
  fit();
  meta_.blurs = blurs_.best();
  if (!(meta_.statistics.deviation > 0))
    throw InputError("the training patches have the same value everywhere; give images with rain in them");
  for (auto& writer : writers_) {
    if (writer) writer->seal(meta_, provenance);
  }
  remove_earlier_set(folder_, split_names);
  NowcastSplitCounts counts;
  for (std::size_t s = 0; s < writers_.size(); ++s) {
    if (!writers_[s]) continue;
    writers_[s]->publish();
    counts[s] = {sizes_[s], sums_[s].wet(), sums_[s].statistics(meta_.scale).mean};
  }
  return counts;
}

}  // namespace stormsweep
