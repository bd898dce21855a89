#include "datasets/radar/radar_knmi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "datasets/radar/radar_format.hpp"
#include "datasets/radar/radar_place.hpp"

namespace stormsweep::radar {

namespace {

std::string group_of(int number) {
  return fmt::format("image{}", number);
}

/// KNMI's HDF5 format (KNMI TR-277): "26-AUG-2010;01:35:00.000".
std::int64_t read_time(const hdf5::Handle& file, const std::filesystem::path& path, const std::string& group,
                       const char* name) {
  constexpr std::array<const char*, 12> months{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                               "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  const std::string text = hdf5::read_text(hdf5::open_object(file, group), name).value_or("");
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  std::array<char, 4> word{};
  if (std::sscanf(text.c_str(), "%d-%3s-%d;%d:%d:%d", &day, word.data(), &year, &hour, &minute, &second) == 6) {
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto month = std::ranges::find(months, std::string(word.data())) - months.begin();
    if (const auto time = utc_time(year, static_cast<int>(month) + 1, day, hour, minute, second)) return *time;
  }
  refuse(path, fmt::format("{}/{} is '{}', not a time like 26-AUG-2010;01:35:00.000; mend it or leave the file out",
                           group, name, text));
}

std::int64_t read_end(const hdf5::Handle& file, const std::filesystem::path& path) {
  return read_time(file, path, "overview", "product_datetime_end");
}

/// The file gives sizes of pixels in km.
ToldScale read_scale(const hdf5::Handle& file) {
  const hdf5::Handle geographic = hdf5::open_object(file, "geographic");
  return {1000 * std::abs(hdf5::read_number(geographic, "geo_pixel_size_x").value_or(0)),
          1000 * std::abs(hdf5::read_number(geographic, "geo_pixel_size_y").value_or(0))};
}

RadarGrid read_grid(const hdf5::Handle& file, const std::filesystem::path& path) {
  RadarGrid grid;
  const auto size = image_size(file, path, group_of(1) + "/image_data");
  grid.height = size[0], grid.width = size[1];
  std::array<float, 8> corners{};
  if (hdf5::read_attribute(hdf5::open_object(file, "geographic"), "geo_product_corners", corners)) {
    for (std::size_t i = 0; i < grid.corners.size(); ++i) grid.corners[i] = {corners[2 * i], corners[2 * i + 1]};
  }
  grid.projection =
      hdf5::read_text(hdf5::open_object(file, "geographic/map_projection"), "projection_proj4_params").value_or("");
  return grid;
}

std::string read_parameter(const hdf5::Handle& file, int number) {
  return hdf5::read_text(hdf5::open_object(file, group_of(number)), "image_geo_parameter").value_or("");
}

Meaning read_meaning(const hdf5::Handle& file, const std::filesystem::path& path) {
  const std::string words = read_parameter(file, 1);
  if (words.find("[MM]") != std::string::npos) return Meaning::amount;
  if (words.find("[MM/H") != std::string::npos) return Meaning::rate;
  if (words.find("[DBZ]") != std::string::npos) return Meaning::reflectivity;
  refuse(path, fmt::format(
                   "image1/image_geo_parameter is '{}'; give accumulations [MM], rates [MM/H] or reflectivities [DBZ]",
                   words));
}

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Value = factor * pixel + offset; pixels equal to one of `missing` have none, those equal to `dry` are 0 mm/h.
struct Calibration {
  double factor = 0, offset = 0;
  std::array<double, 2> missing{none, none};
  double dry = none;
};

/// The image's own calibration, or the first image's. Files of reflectivities declare the lowest number missing, but
/// every dry pixel has it: it counts as dry where pixels outside the image have a number of their own.
Calibration read_calibration(const hdf5::Handle& file, const std::filesystem::path& path, int number) {
  constexpr double lowest = 0;
  const std::string own = group_of(number) + "/calibration";
  const hdf5::Handle group = hdf5::open_object(file, hdf5::has(file, own) ? own : group_of(1) + "/calibration");
  const std::string formula = hdf5::read_text(group, "calibration_formulas").value_or("");
  Calibration result;
  char sign = '+';
  if (std::sscanf(formula.c_str(), " GEO = %lf * PV %c %lf", &result.factor, &sign, &result.offset) != 3 ||
      (sign != '+' && sign != '-'))
    refuse(
        path,
        fmt::format(
            "image1/calibration: calibration_formulas is '{}', not like GEO=0.01*PV+0.0; mend it or leave the file out",
            formula));
  if (sign == '-') result.offset = -result.offset;
  const double missing = hdf5::read_number(group, "calibration_missing_data").value_or(none);
  const double outside = hdf5::read_number(group, "calibration_out_of_image").value_or(none);
  result.missing = {missing, outside};
  if (missing == lowest && !std::isnan(outside) && outside != lowest) std::swap(result.missing[0], result.dry);
  return result;
}

/// The number of images of a nowcast, each at a time of its own. 1: no nowcast; images after the first, if any, show
/// something else.
int count_images(const hdf5::Handle& file, const std::filesystem::path& path) {
  int count = 1;
  while (hdf5::has(file, group_of(count + 1) + "/image_data") &&
         read_parameter(file, count + 1) == read_parameter(file, 1))
    ++count;
  if (count == 1) return 1;
  for (int number = 1; number <= count; ++number) {
    if (hdf5::read_text(hdf5::open_object(file, group_of(number)), "image_datetime_valid")) continue;
    refuse(path,
           fmt::format("holds {} images of {}, but {} has no image_datetime_valid, so when each holds is unknown; "
                       "give files of one image, or nowcasts with the time of each",
                       count, read_parameter(file, 1), group_of(number)));
  }
  return count;
}

/// Checks that an image of a nowcast is as large as the first.
void check_size(const hdf5::Handle& file, const RadarImage& first, const std::string& group) {
  const auto [height, width] = image_size(file, first.path, group + "/image_data");
  if (height == first.grid.height && width == first.grid.width) return;
  refuse(first.path, fmt::format("{}/image_data has {} x {} pixels, image1/image_data {} x {}; give nowcasts whose "
                                 "images are of one size",
                                 group, height, width, first.grid.height, first.grid.width));
}

/// Images of a nowcast, whose amounts fell since the image before; the first gets the hours of the second.
std::vector<RadarImage> list_nowcast(const hdf5::Handle& file, const RadarImage& like, int count) {
  std::vector<RadarImage> images(static_cast<std::size_t>(count), like);
  for (std::size_t i = 0; i < images.size(); ++i) {
    RadarImage& image = images[i];
    const std::string group = group_of(static_cast<int>(i) + 1);
    check_size(file, like, group);
    image.index = static_cast<std::int64_t>(i), image.sequence = 1;
    image.time = read_time(file, like.path, group, "image_datetime_valid");
    const auto seconds = i == 0 ? 0 : image.time - images[i - 1].time;
    if (i > 0 && seconds <= 0) {
      refuse(like.path, fmt::format("{}/image_datetime_valid is not after that of image{}; give nowcasts whose images "
                                    "follow each other",
                                    group, i));
    }
    image.hours = static_cast<double>(seconds) / 3600;
  }
  images[0].hours = images[1].hours;
  return images;
}

}  // namespace

bool is_knmi(const hdf5::Handle& file) {
  return hdf5::has(file, group_of(1) + "/image_data");
}

std::vector<RadarImage> list_knmi(const hdf5::Handle& file, const std::filesystem::path& path) {
  RadarImage image{path, 0, 0, 0, RadarQuantity::rain_rate, read_grid(file, path)};
  image.note = place_on_ground(image.grid, read_scale(file), path, "geographic/map_projection/projection_proj4_params");
  image.variable = read_parameter(file, 1);
  image.amount = read_meaning(file, path) == Meaning::amount;
  const int count = count_images(file, path);
  for (int number = 1; number <= count; ++number) read_calibration(file, path, number);
  if (count > 1) return list_nowcast(file, image, count);
  image.time = read_end(file, path);
  if (!image.amount) return {image};
  const std::int64_t start = read_time(file, path, "overview", "product_datetime_start");
  if (start >= image.time)
    refuse(path,
           "overview/product_datetime_start is not before product_datetime_end, so its amounts are no rates; give "
           "amounts with their interval");
  image.hours = static_cast<double>(image.time - start) / 3600;
  return {image};
}

RadarFrame read_knmi(const hdf5::Handle& file, const RadarImage& image) {
  const int number = static_cast<int>(image.index) + 1;
  const Calibration calibration = read_calibration(file, image.path, number);
  const Meaning meaning = read_meaning(file, image.path);
  RadarFrame frame{image.time, image.quantity, image.grid,
                   read_numbers(file, image.path, group_of(number) + "/image_data")};
  frame.scaling = fmt::format("calibration_formulas GEO={:g}*PV{:+g}", calibration.factor, calibration.offset);
  for (float& value : frame.values) {
    if (value == calibration.missing[0] || value == calibration.missing[1])
      value = std::numeric_limits<float>::quiet_NaN();
    else
      value =
          value == calibration.dry ? 0 : rate_of(meaning, calibration.factor * value + calibration.offset, image.hours);
  }
  if (hdf5::read_number(hdf5::open_object(file, "geographic"), "geo_pixel_size_y").value_or(-1) > 0)
    flip_rows(frame);  // rows go north
  return frame;
}

}  // namespace stormsweep::radar
