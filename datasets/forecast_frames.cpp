#include "datasets/forecast_frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "datasets/error.hpp"
#include "datasets/utc.hpp"

namespace stormsweep {

namespace {

[[noreturn]] void refuse(const RadarImage& image, const std::string& problem) {
  throw DataError(image.path.string() + ": " + problem);
}

const char* name_of(RadarQuantity quantity) {
  return quantity == RadarQuantity::rain_rate ? "rain rate" : "vertically integrated liquid";
}

void check_alike(const std::vector<RadarImage>& images, const NowcastMeta& model) {
  for (const RadarImage& image : images) {
    if (image.quantity != model.quantity) {
      refuse(image, fmt::format("holds {}, but the model was trained on {}; give images of that",
                                name_of(image.quantity), name_of(model.quantity)));
    }
    if (!same_grid(image.grid, images[0].grid)) {
      refuse(image, fmt::format("has another grid than {}; give images of one grid", images[0].path.string()));
    }
    for (const double metres : {image.grid.pixel_height, image.grid.pixel_width}) {
      if (metres == 0 || std::abs(metres / 1000 - model.pixel_km) <= 0.1 * model.pixel_km) continue;
      refuse(image, fmt::format("has pixels of {:g} km, but the model was trained at {:g} km; give images of that",
                                metres / 1000, model.pixel_km));
    }
  }
}

/// The images of the newest input's sequence, in time, and its place among them.
struct Sequence {
  std::vector<RadarImage> images;
  std::size_t newest = 0;
};

Sequence sequence_until(const std::vector<RadarImage>& images, std::int64_t step, std::optional<std::int64_t> time) {
  const std::int64_t until = time.value_or(std::numeric_limits<std::int64_t>::max());
  const RadarImage* newest = nullptr;
  for (const RadarImage& image : images) {
    if (image.time <= until && (!newest || image.time > newest->time)) newest = &image;
  }
  if (!newest) refuse(images[0], fmt::format("no image at or before {}; give an earlier --time", utc_text(until)));
  if (time && *time - newest->time >= step) {
    refuse(*newest, fmt::format("the last image before {} is of {}; give later images, or that --time", utc_text(*time),
                                utc_text(newest->time)));
  }
  Sequence result;
  std::ranges::copy_if(images, std::back_inserter(result.images),
                       [&](const RadarImage& image) { return image.sequence == newest->sequence; });
  std::ranges::sort(result.images, {}, &RadarImage::time);
  result.newest = static_cast<std::size_t>(std::ranges::find(result.images, newest->time, &RadarImage::time) -
                                           result.images.begin());
  return result;
}

void check_times(const std::vector<RadarImage>& images, std::int64_t step) {
  std::int64_t interval = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = 1; i < images.size(); ++i) {
    const std::int64_t between = images[i].time - images[i - 1].time;
    if (between == 0) {
      refuse(images[i], fmt::format("{} is there twice, also in {}; leave one out", utc_text(images[i].time),
                                    images[i - 1].path.string()));
    }
    interval = std::min(interval, between);
  }
  if (images.size() > 1 && step % interval != 0) {
    refuse(images[0], fmt::format("images {:g} minutes apart do not fit the model's step of {:g} minutes; give images "
                                  "at that step, or at a whole part of it",
                                  static_cast<double>(interval) / 60, static_cast<double>(step) / 60));
  }
}

}  // namespace

ForecastFrames choose_frames(std::vector<RadarImage> images, const NowcastMeta& model,
                             std::optional<std::int64_t> time) {
  if (images.empty()) throw DataError("--input: no radar image; give files, or folders of them");
  check_alike(images, model);
  const auto step = static_cast<std::int64_t>(std::llround(model.step_minutes * 60));
  const Sequence sequence = sequence_until(images, step, time);
  check_times(sequence.images, step);
  const RadarImage& newest = sequence.images[sequence.newest];
  const auto at = [&](std::int64_t wanted) -> std::optional<RadarImage> {
    const auto found = std::ranges::find(sequence.images, wanted, &RadarImage::time);
    return found == sequence.images.end() ? std::nullopt : std::optional(*found);
  };
  ForecastFrames result;
  for (std::int64_t i = nowcast_inputs - 1; i >= 0; --i) {
    const auto image = at(newest.time - i * step);
    if (!image) {
      refuse(newest,
             fmt::format("no image of {}; a forecast from {} takes {} images, {:g} minutes apart",
                         utc_text(newest.time - i * step), utc_text(newest.time), nowcast_inputs, model.step_minutes));
    }
    result.inputs.push_back(*image);
  }
  for (std::int64_t i = 1; i <= nowcast_targets; ++i) result.truth.push_back(at(newest.time + i * step));
  return result;
}

}  // namespace stormsweep
