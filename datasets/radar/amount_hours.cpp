#include "datasets/radar/amount_hours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include "datasets/radar/radar_files.hpp"

namespace stormsweep {

namespace {

/// For the images of one sequence, the seconds since the image before; the first gets the second's.
std::vector<std::int64_t> lengths_of(std::span<const RadarImage> images) {
  std::vector<std::int64_t> gaps(images.size());
  for (std::size_t i = 1; i < images.size(); ++i) gaps[i] = images[i].time - images[i - 1].time;
  gaps[0] = gaps[1];
  const std::int64_t shortest = std::ranges::min(gaps);
  const bool regular = shortest > 0 && std::ranges::all_of(gaps, [&](std::int64_t gap) { return gap % shortest == 0; });
  return regular ? std::vector(images.size(), shortest) : gaps;
}

void complete(std::span<RadarImage> images) {
  if (images.size() < 2) {
    throw InputError(
        fmt::format("{}: {} holds amounts, but not since when; give start_time, bounds of time or GRIB's stepRange, or "
                    "images one after the other",
                    images[0].path.string(), images[0].variable));
  }
  const std::vector<std::int64_t> lengths = lengths_of(images);
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (images[i].hours <= 0) images[i].hours = static_cast<double>(lengths[i]) / 3600;
  }
}

/// Amounts in mm; empty where the image cannot be read.
std::vector<double> amounts_of(const RadarImage& image) try {
  const RadarFrame frame = read_radar_image(image);
  std::vector<double> amounts(frame.values.begin(), frame.values.end());
  for (double& amount : amounts) amount *= image.hours;
  return amounts;
} catch (const UnreadableFile&) {
  return {};
}

/// Throws InputError where the amounts are those since the beginning: among 13 images spread over a sequence none ever
/// falls, and in most steps some grow.
void check_falls(std::span<const RadarImage> images) {
  constexpr std::size_t compared = 13, most = compared / 2;
  constexpr double noticed = 0.05;  // mm, above the rounding of packed numbers
  if (images.size() < compared) return;
  std::size_t grown = 0;
  std::vector<double> before;
  for (std::size_t k = 0; k < compared; ++k) {
    const std::vector<double> now = amounts_of(images[k * (images.size() - 1) / (compared - 1)]);
    if (now.empty()) continue;
    bool grows = false;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (now[i] < before[i] - noticed) return;
      grows = grows || now[i] > before[i] + noticed;
    }
    grown += grows ? 1 : 0;
    before = now;
  }
  if (grown <= most) return;
  throw InputError(fmt::format(
      "{}: the amounts of {} grow from image to image and never fall, as those since the beginning do; give amounts "
      "since the image before, or rates",
      images[0].path.string(), images[0].variable));
}

}  // namespace

std::string complete_hours(std::vector<RadarImage>& images) {
  const auto untold = [](const RadarImage& image) { return image.hours <= 0; };
  const auto first = std::ranges::find_if(images, untold);
  if (first == images.end()) return "";
  for (auto begin = images.begin(); begin != images.end();) {
    const auto end =
        std::find_if(begin, images.end(), [&](const auto& one) { return one.sequence != begin->sequence; });
    if (std::any_of(begin, end, untold)) complete({begin, end}), check_falls({begin, end});
    begin = end;
  }
  return fmt::format(
      "{}: it is not told since when the amounts of {} fell; they are taken as those since the image before, {:g} h",
      first->path.string(), first->variable, first->hours);
}

std::string leave_out_empty(std::vector<RadarImage>& images) {
  const auto is_grib = [](const RadarImage& image) { return image.format == RadarFormat::grib; };
  const auto empty = [&](const RadarImage& image) { return is_grib(image) && image.hours <= 0; };
  const auto first = std::ranges::find_if(images, empty);
  if (first == images.end() || std::ranges::count_if(images, empty) == std::ranges::count_if(images, is_grib))
    return "";
  std::string note =
      fmt::format("{}: {} of a moment, not of an interval, is left out", first->path.string(), first->variable);
  std::erase_if(images, empty);
  return note;
}

void check_begins(const std::vector<RadarImage>& images) {
  std::map<std::pair<std::int64_t, std::int64_t>, const RadarImage*> beginning;  // by sequence and time
  for (const RadarImage& image : images) {
    const std::int64_t begin = image.time - std::llround(3600 * image.hours);
    const RadarImage& first = *beginning.try_emplace({image.sequence, begin}, &image).first->second;
    if (first.time == image.time) continue;
    throw InputError(fmt::format(
        "{}: the amount of {} in {:g} h begins with that in {:g} h of {}, and holds it; give amounts since the image "
        "before, or rates",
        image.path.string(), image.variable, image.hours, first.hours, first.path.string()));
  }
}

}  // namespace stormsweep
