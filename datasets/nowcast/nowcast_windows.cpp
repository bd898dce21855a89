#include "datasets/nowcast/nowcast_windows.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>

namespace stormsweep {

namespace {

std::int64_t tolerance(const Cadence& cadence) {
  return cadence.interval / 10;
}

/// The window whose first image is number `first`; nothing where one is missing.
std::optional<NowcastWindow> window_from(std::span<const RadarImage> images, std::int64_t first,
                                         const Cadence& cadence) {
  NowcastWindow window;
  const RadarImage& begin = images[static_cast<std::size_t>(first)];
  auto at = static_cast<std::size_t>(first);
  for (std::int64_t k = 0; k < nowcast_frames; ++k) {
    const std::int64_t time = begin.time + k * cadence.step();
    while (at < images.size() && images[at].sequence == begin.sequence && images[at].time < time - tolerance(cadence))
      ++at;
    if (at == images.size() || images[at].sequence != begin.sequence || images[at].time > time + tolerance(cadence))
      return std::nullopt;
    window.images[static_cast<std::size_t>(k)] = static_cast<std::int64_t>(at);
  }
  window.begin = begin.time, window.end = images[at].time;
  return window;
}

/// Where to cut windows [0, n) in two, so that the later part is near `share` of both. Earlier windows end before
/// `moment`, later ones begin at it or after.
struct Cut {
  std::int64_t moment = 0;
  std::int64_t before = 0, after = 0;  ///< windows of each part
};

std::optional<Cut> cut(std::span<const NowcastWindow> windows, double share) {
  std::vector<std::int64_t> ends;
  for (const NowcastWindow& window : windows) ends.push_back(window.end);
  std::ranges::sort(ends);
  std::optional<Cut> best;
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (i > 0 && windows[i].begin == windows[i - 1].begin) continue;
    const Cut tried{windows[i].begin, std::ranges::lower_bound(ends, windows[i].begin) - ends.begin(),
                    std::ssize(windows) - static_cast<std::int64_t>(i)};
    const double distance =
        std::abs(static_cast<double>(tried.after) / static_cast<double>(tried.before + tried.after) - share);
    if (tried.before > 0 && distance < nearest) best = tried, nearest = distance;
  }
  return best;
}

}  // namespace

Cadence find_cadence(std::span<const RadarImage> images, double step_minutes) {
  std::map<std::int64_t, std::int64_t> counts;
  for (std::size_t i = 1; i < images.size(); ++i) {
    if (images[i].sequence == images[i - 1].sequence) ++counts[images[i].time - images[i - 1].time];
  }
  if (counts.empty()) throw InputError("no two radar images follow each other; give a sequence of them");
  const auto most = std::ranges::max_element(counts, [](const auto& a, const auto& b) { return a.second < b.second; });
  Cadence cadence{most->first, 1};
  cadence.stride = std::max<std::int64_t>(1, std::llround(60 * step_minutes / static_cast<double>(cadence.interval)));
  return cadence;
}

std::vector<NowcastWindow> find_windows(std::span<const RadarImage> images, const Cadence& cadence) {
  std::vector<NowcastWindow> windows;
  for (std::int64_t first = 0; first < std::ssize(images); ++first) {
    if (const auto window = window_from(images, first, cadence)) windows.push_back(*window);
  }
  std::ranges::stable_sort(windows, {}, &NowcastWindow::begin);
  return windows;
}

std::int64_t longest_run(std::span<const RadarImage> images, const Cadence& cadence) {
  std::int64_t longest = 0, run = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const bool follows = i > 0 && images[i].sequence == images[i - 1].sequence &&
                         std::abs(images[i].time - images[i - 1].time - cadence.interval) <= tolerance(cadence);
    run = follows ? run + 1 : 1;
    longest = std::max(longest, run);
  }
  return longest;
}

std::vector<NowcastSplit> split_by_time(std::span<const NowcastWindow> windows, double validation_fraction,
                                        double test_fraction) {
  std::vector<NowcastSplit> splits(windows.size(), NowcastSplit::dropped);
  const auto test = cut(windows, test_fraction);
  if (!test) return splits;
  std::vector<NowcastWindow> earlier;
  for (const NowcastWindow& window : windows) {
    if (window.end < test->moment) earlier.push_back(window);
  }
  std::optional<Cut> validation;
  if (validation_fraction > 0) validation = cut(earlier, validation_fraction / (1 - test_fraction));
  if (validation && 2 * (validation->before + validation->after) <= test->before) validation.reset();
  const std::int64_t training_ends = validation ? validation->moment : test->moment;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (windows[i].begin >= test->moment)
      splits[i] = NowcastSplit::test;
    else if (windows[i].end < training_ends)
      splits[i] = NowcastSplit::train;
    else if (validation && windows[i].begin >= training_ends && windows[i].end < test->moment)
      splits[i] = NowcastSplit::validation;
  }
  return splits;
}

}  // namespace stormsweep
