#include "datasets/radar/radar_knmi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "datasets/radar/radar_format.hpp"

namespace stormsweep::radar {

namespace {

constexpr const char* pixels = "image1/image_data";

/// KNMI's HDF5 format (KNMI TR-277): "26-AUG-2010;01:35:00.000".
std::int64_t read_time(const hdf5::Handle& overview, const std::filesystem::path& path, const char* name) {
  constexpr std::array<const char*, 12> months{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                               "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  const std::string text = hdf5::read_text(overview, name).value_or("");
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  std::array<char, 4> word{};
  if (std::sscanf(text.c_str(), "%d-%3s-%d;%d:%d:%d", &day, word.data(), &year, &hour, &minute, &second) == 6) {
    const auto month = std::ranges::find(months, std::string(word.data())) - months.begin();
    if (const auto time = utc_time(year, static_cast<int>(month) + 1, day, hour, minute, second)) return *time;
  }
  refuse(path, fmt::format("overview/{} is '{}', not a time like 26-AUG-2010;01:35:00.000", name, text));
}

RadarGrid read_grid(const hdf5::Handle& file, const std::filesystem::path& path) {
  RadarGrid grid;
  const auto size = image_size(file, path, pixels);
  grid.height = size[0], grid.width = size[1];
  const hdf5::Handle geographic(H5Gopen2(file, "geographic", H5P_DEFAULT), H5Gclose);
  grid.pixel_width = 1000 * std::abs(hdf5::read_number(geographic, "geo_pixel_size_x").value_or(0));  // told in km
  grid.pixel_height = 1000 * std::abs(hdf5::read_number(geographic, "geo_pixel_size_y").value_or(0));
  std::array<float, 8> corners{};
  if (hdf5::read_attribute(geographic, "geo_product_corners", corners)) {
    for (std::size_t i = 0; i < grid.corners.size(); ++i) grid.corners[i] = {corners[2 * i], corners[2 * i + 1]};
  }
  const hdf5::Handle projection(H5Gopen2(file, "geographic/map_projection", H5P_DEFAULT), H5Gclose);
  grid.projection = hdf5::read_text(projection, "projection_proj4_params").value_or("");
  return grid;
}

Meaning read_meaning(const hdf5::Handle& file, const std::filesystem::path& path) {
  const hdf5::Handle image(H5Gopen2(file, "image1", H5P_DEFAULT), H5Gclose);
  const std::string words = hdf5::read_text(image, "image_geo_parameter").value_or("");
  if (words.find("[MM]") != std::string::npos) return Meaning::amount;
  if (words.find("[DBZ]") != std::string::npos) return Meaning::reflectivity;
  refuse(path,
         fmt::format("image1/image_geo_parameter is '{}'; give accumulations [MM] or reflectivities [DBZ]", words));
}

/// Value = factor * pixel + offset; pixels equal to one of `missing` have none.
struct Calibration {
  double factor = 0, offset = 0;
  std::array<double, 2> missing{};
};

Calibration read_calibration(const hdf5::Handle& file, const std::filesystem::path& path) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const hdf5::Handle group(H5Gopen2(file, "image1/calibration", H5P_DEFAULT), H5Gclose);
  const std::string formula = hdf5::read_text(group, "calibration_formulas").value_or("");
  Calibration result;
  if (std::sscanf(formula.c_str(), " GEO = %lf * PV + %lf", &result.factor, &result.offset) != 2)
    refuse(path, fmt::format("image1/calibration: calibration_formulas is '{}', not like GEO=0.01*PV+0.0", formula));
  result.missing = {hdf5::read_number(group, "calibration_missing_data").value_or(none),
                    hdf5::read_number(group, "calibration_out_of_image").value_or(none)};
  return result;
}

}  // namespace

bool is_knmi(const hdf5::Handle& file) {
  return hdf5::has(file, pixels);
}

std::vector<RadarImage> list_knmi(const hdf5::Handle& file, const std::filesystem::path& path) {
  const hdf5::Handle overview(H5Gopen2(file, "overview", H5P_DEFAULT), H5Gclose);
  RadarImage image{
      path, 0, 0, read_time(overview, path, "product_datetime_end"), RadarQuantity::rain_rate, read_grid(file, path)};
  if (read_meaning(file, path) == Meaning::amount && read_time(overview, path, "product_datetime_start") >= image.time)
    refuse(path, "overview/product_datetime_start is not before product_datetime_end, so its amounts are no rates");
  read_calibration(file, path);
  return {image};
}

RadarFrame read_knmi(const hdf5::Handle& file, const RadarImage& image) {
  const Calibration calibration = read_calibration(file, image.path);
  const Meaning meaning = read_meaning(file, image.path);
  const hdf5::Handle overview(H5Gopen2(file, "overview", H5P_DEFAULT), H5Gclose);
  const double hours =
      static_cast<double>(image.time - read_time(overview, image.path, "product_datetime_start")) / 3600;
  RadarFrame frame{image.time, image.quantity, image.grid, read_numbers(file, image.path, pixels)};
  for (float& value : frame.values) {
    if (value == calibration.missing[0] || value == calibration.missing[1])
      value = std::numeric_limits<float>::quiet_NaN();
    else
      value = rate_of(meaning, calibration.factor * value + calibration.offset, hours);
  }
  const hdf5::Handle geographic(H5Gopen2(file, "geographic", H5P_DEFAULT), H5Gclose);
  if (hdf5::read_number(geographic, "geo_pixel_size_y").value_or(-1) > 0) flip_rows(frame);  // rows go north
  return frame;
}

}  // namespace stormsweep::radar
