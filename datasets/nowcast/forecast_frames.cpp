#include "datasets/nowcast/forecast_frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "datasets/files/map_projection.hpp"
#include "datasets/nowcast/nowcast_patch_cutter.hpp"
#include "datasets/nowcast/nowcast_windows.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

using Images = std::span<const RadarImage>;

[[noreturn]] void refuse(const RadarImage& image, const std::string& problem) {
  throw InputError(image.path.string() + ": " + problem);
}

void check_quantity(const RadarImage& image, const NowcastMeta& model) {
  if (image.quantity == model.quantity) return;
  refuse(image, fmt::format("holds {}, but the model was trained on {}; give images of that, or another model",
                            name_of(image.quantity), name_of(model.quantity)));
}

/// As in prepare_nowcast, pixels of unknown size are taken as they are.
std::int64_t block_of(const RadarImage& image, const NowcastMeta& model) {
  const double km = image.grid.pixel_side() / 1000;
  if (km == 0) return 1;
  const auto block = std::max<std::int64_t>(1, std::llround(model.pixel_km / km));
  if (std::abs(km * static_cast<double>(block) - model.pixel_km) > 0.1 * model.pixel_km) {
    refuse(image, fmt::format("has pixels of {:g} km, but the model was trained at {:g} km; give images of that, or "
                              "another model",
                              km, model.pixel_km));
  }
  return block;
}

/// The last image that is not after `time`, or after it by at most `tolerance`.
const RadarImage& newest_until(Images images, std::int64_t step, std::optional<std::int64_t> time,
                               std::int64_t tolerance) {
  const std::int64_t until = time ? *time + tolerance : std::numeric_limits<std::int64_t>::max();
  const RadarImage* newest = nullptr;
  for (const RadarImage& image : images) {
    if (image.time <= until && (!newest || image.time > newest->time)) newest = &image;
  }
  if (!newest) refuse(images[0], fmt::format("no image at or before {}; give a later --time", words_of(*time)));
  if (time && *time - newest->time >= step) {
    refuse(*newest, fmt::format("the last image before {} is of {}; give later images, or that --time", words_of(*time),
                                words_of(newest->time)));
  }
  return *newest;
}

/// The cadence of images, which may all be of different sequences.
Cadence cadence_of(Images images, const NowcastMeta& model) {
  const auto follow = [](const RadarImage& a, const RadarImage& b) { return a.sequence == b.sequence; };
  if (std::ranges::adjacent_find(images, follow) == images.end())
    return {static_cast<std::int64_t>(std::llround(model.step_minutes * 60)), 1};
  return find_cadence(images, model.step_minutes);
}

/// Checks that images come at the model's step or a whole part of it; whether each is near enough to its time is
/// checked later.
void check_interval(Images images, const Cadence& cadence, std::int64_t step) {
  if (std::abs(cadence.step() - step) <= step / 10) return;
  refuse(images[0], fmt::format("images {:g} minutes apart do not fit the model's step of {:g} minutes; give images at "
                                "that step, or at a whole part of it",
                                static_cast<double>(cadence.interval) / 60, static_cast<double>(step) / 60));
}

/// The corners of the image's upper left part of `rows` and `columns`, by its projection; unknown without one.
MapCorners corners_of_part(const RadarGrid& grid, std::int64_t rows, std::int64_t columns) {
  if (rows == grid.height && columns == grid.width) return grid.corners;
  if (grid.projection.empty()) return RadarGrid::unknown_corners();
  const MapProjection map(grid.projection, "projection");
  auto box = box_of(map, grid.corners);
  if (!box) return RadarGrid::unknown_corners();
  box->east = std::lerp(box->west, box->east, static_cast<double>(columns) / static_cast<double>(grid.width));
  box->south = std::lerp(box->north, box->south, static_cast<double>(rows) / static_cast<double>(grid.height));
  return corners_of(map, *box);
}

}  // namespace

ForecastFrames choose_frames(Images images, const NowcastMeta& model, std::optional<std::int64_t> time) {
  check_quantity(images[0], model);
  const auto step = static_cast<std::int64_t>(std::llround(model.step_minutes * 60));
  const RadarImage& newest = newest_until(images, step, time, cadence_of(images, model).tolerance());
  const auto [first, last] = std::ranges::equal_range(images, newest.sequence, {}, &RadarImage::sequence);
  const Images sequence(first, last);
  const Cadence cadence = cadence_of(sequence, model);
  check_interval(sequence, cadence, step);
  const auto at = [&](std::int64_t wanted) -> std::optional<RadarImage> {
    const auto found = nearest_image(sequence, wanted, cadence.tolerance());
    return found ? std::optional(sequence[*found]) : std::nullopt;
  };
  ForecastFrames result{.inputs = {}, .truth = {}, .block = block_of(images[0], model)};
  for (std::int64_t i = nowcast_inputs - 1; i >= 0; --i) {
    const std::int64_t wanted = newest.time - i * step;
    const auto image = at(wanted);
    if (!image) {
      refuse(newest, fmt::format("no image of {} beside it; a forecast from {} takes {} images, {:g} minutes apart",
                                 words_of(wanted), words_of(newest.time), nowcast_inputs, model.step_minutes));
    }
    result.inputs.push_back(*image);
  }
  for (std::int64_t i = 1; i <= nowcast_targets; ++i) result.truth.push_back(at(newest.time + i * step));
  return result;
}

RadarFrame read_averaged(const RadarImage& image, std::int64_t block, ImpossibleRain& impossible) {
  RadarFrame frame = read_radar_image(image);
  impossible.look_at(image, frame, /*strict=*/false);
  clamp_rain(frame);
  RadarGrid& grid = frame.grid;
  frame.values = block_means(frame.values, grid.width, block);
  grid.corners = corners_of_part(grid, grid.height / block * block, grid.width / block * block);
  grid.height /= block, grid.width /= block;
  grid.pixel_height *= static_cast<double>(block), grid.pixel_width *= static_cast<double>(block);
  return frame;
}

}  // namespace stormsweep
