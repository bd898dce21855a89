#include "datasets/nowcast/nowcast_windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

namespace stormsweep {

namespace {

/// Seconds from each image to the next of its sequence.
std::vector<std::int64_t> gaps_of(std::span<const RadarImage> images) {
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < images.size(); ++i) {
    if (images[i].sequence == images[i - 1].sequence) gaps.push_back(images[i].time - images[i - 1].time);
  }
  return gaps;
}

/// The roundest number of seconds within half a percent: where images are off the clock, so is their mean interval.
std::int64_t rounded(double seconds) {
  for (const double unit : {60, 30, 10, 5}) {
    const double near = unit * std::round(seconds / unit);
    if (std::abs(near - seconds) <= 0.005 * seconds) return std::llround(near);
  }
  return std::max<std::int64_t>(1, std::llround(seconds));
}

/// The window whose first image is number `first` of a sequence; nothing where one is missing.
std::optional<NowcastWindow> window_from(std::span<const RadarImage> sequence, std::size_t first,
                                         const Cadence& cadence) {
  NowcastWindow window;
  window.begin = sequence[first].time;
  for (std::int64_t k = 0; k < nowcast_frames; ++k) {
    const auto at = nearest_image(sequence.subspan(first), window.begin + k * cadence.step(), cadence.tolerance());
    if (!at) return std::nullopt;
    window.images[static_cast<std::size_t>(k)] = static_cast<std::int64_t>(first + *at);
    window.end = sequence[first + *at].time;
  }
  return window;
}

/// Where to cut windows [0, n) in two, so that the later part is nearly `share` of both. Earlier windows end more than
/// `overlap` before `moment`, later ones begin at `moment` or after.
struct Cut {
  std::int64_t moment = 0;
  std::int64_t before = 0, after = 0;  ///< windows of each part
};

std::optional<Cut> cut(std::span<const NowcastWindow> windows, double share, std::int64_t overlap) {
  std::vector<std::int64_t> ends;
  for (const NowcastWindow& window : windows) ends.push_back(window.end + overlap);
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
  std::vector<std::int64_t> gaps = gaps_of(images);
  if (gaps.empty())
    throw InputError(fmt::format("{}: no two radar images of the {} follow each other; give a sequence of them",
                                 images.front().path.string(), images.size()));
  const auto middle = gaps.begin() + (std::ssize(gaps) - 1) / 2;
  std::ranges::nth_element(gaps, middle);
  const auto median = static_cast<double>(std::max<std::int64_t>(1, *middle));
  double seconds = 0, parts = 0;
  for (const std::int64_t gap : gaps) {
    const double times = std::max(1.0, std::round(static_cast<double>(gap) / median));
    if (std::abs(static_cast<double>(gap) - times * median) > 0.1 * median) continue;
    seconds += static_cast<double>(gap), parts += times;
  }
  Cadence cadence{rounded(seconds / parts), 1};
  cadence.stride = std::max<std::int64_t>(1, std::llround(60 * step_minutes / static_cast<double>(cadence.interval)));
  return cadence;
}

std::optional<std::size_t> nearest_image(std::span<const RadarImage> images, std::int64_t time,
                                         std::int64_t tolerance) {
  const auto after = std::ranges::lower_bound(images, time, {}, &RadarImage::time);
  std::optional<std::size_t> nearest;
  std::int64_t least = tolerance;
  for (auto at = after == images.begin() ? after : after - 1; at != images.end() && at <= after; ++at) {
    const std::int64_t off = std::abs(at->time - time);
    if (off <= least) nearest = static_cast<std::size_t>(at - images.begin()), least = off;
  }
  return nearest;
}

std::vector<NowcastWindow> find_windows(std::span<const RadarImage> images, const Cadence& cadence) {
  std::vector<NowcastWindow> windows;
  for (std::size_t begin = 0; begin < images.size();) {
    const auto alike = [&](const RadarImage& image) { return image.sequence == images[begin].sequence; };
    const auto sequence = images.subspan(begin);
    const auto count = static_cast<std::size_t>(std::ranges::find_if_not(sequence, alike) - sequence.begin());
    for (std::size_t first = 0; first < count; ++first) {
      auto window = window_from(sequence.first(count), first, cadence);
      if (!window) continue;
      for (std::int64_t& image : window->images) image += static_cast<std::int64_t>(begin);
      windows.push_back(*window);
    }
    begin += count;
  }
  std::ranges::stable_sort(windows, {}, &NowcastWindow::begin);
  return windows;
}

std::int64_t longest_run(std::span<const RadarImage> images, const Cadence& cadence) {
  std::int64_t longest = 0, run = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const bool follows = i > 0 && images[i].sequence == images[i - 1].sequence &&
                         std::abs(images[i].time - images[i - 1].time - cadence.interval) <= cadence.tolerance();
    run = follows ? run + 1 : 1;
    longest = std::max(longest, run);
  }
  return longest;
}

std::int64_t amount_overlap(std::span<const RadarImage> images, const Cadence& cadence) {
  std::int64_t longest = 0;
  for (const RadarImage& image : images)
    if (image.amount) longest = std::max<std::int64_t>(longest, std::llround(3600 * image.hours));
  return std::max<std::int64_t>(0, longest - cadence.interval);
}

std::vector<DataSplit> split_by_time(std::span<const NowcastWindow> windows, double validation_fraction,
                                     double test_fraction, std::int64_t overlap) {
  std::vector<DataSplit> splits(windows.size(), DataSplit::dropped);
  const auto test = cut(windows, test_fraction, overlap);
  if (!test) return splits;
  const auto ends_before = [&](const NowcastWindow& window, std::int64_t moment) {
    return window.end + overlap < moment;
  };
  std::vector<NowcastWindow> earlier;
  for (const NowcastWindow& window : windows) {
    if (ends_before(window, test->moment)) earlier.push_back(window);
  }
  std::optional<Cut> validation;
  if (validation_fraction > 0) validation = cut(earlier, validation_fraction / (1 - test_fraction), overlap);
  if (validation && 2 * (validation->before + validation->after) <= test->before) validation.reset();
  const std::int64_t training_ends = validation ? validation->moment : test->moment;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (windows[i].begin >= test->moment)
      splits[i] = DataSplit::test;
    else if (ends_before(windows[i], training_ends))
      splits[i] = DataSplit::train;
    else if (validation && windows[i].begin >= training_ends && ends_before(windows[i], test->moment))
      splits[i] = DataSplit::validation;
  }
  return splits;
}

}  // namespace stormsweep
