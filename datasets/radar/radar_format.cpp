#include "datasets/radar/radar_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "datasets/files/number_count.hpp"

namespace stormsweep::radar {

void refuse(const std::filesystem::path& path, const std::string& problem) {
  throw InputError(path.string() + ": " + problem);
}

void refuse_unreadable(const std::filesystem::path& path, const std::string& problem) {
  throw UnreadableFile(path.string() + ": " + problem + "; fetch it again or leave it out");
}

std::optional<std::int64_t> utc_time(int year, int month, int day, int hour, int minute, int second) {
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  return seconds(sys_days(date).time_since_epoch()).count() + std::int64_t{3600} * hour + std::int64_t{60} * minute +
         second;
}

std::array<std::int64_t, 2> image_size(const hdf5::Handle& file, const std::filesystem::path& path,
                                       const std::string& name) {
  const hdf5::Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  const std::vector<hsize_t> shape = hdf5::lengths_of(dataset);
  if (shape.size() != 2) refuse(path, name + " is not an image of rows and columns; give composites");
  if (!number_count(shape))
    refuse_unreadable(path, fmt::format("{} declares {} x {} pixels, more than any image", name, shape[0], shape[1]));
  return {static_cast<std::int64_t>(shape[0]), static_cast<std::int64_t>(shape[1])};
}

std::vector<float> read_numbers(const hdf5::Handle& file, const std::filesystem::path& path, const std::string& name) {
  const hdf5::Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset) refuse_unreadable(path, name + " cannot be opened");
  auto values = hdf5::read_all<float>(dataset);
  if (!values) refuse_unreadable(path, name + " cannot be read");
  return std::move(*values);
}

void flip_rows(RadarFrame& frame) {
  const auto width = static_cast<std::ptrdiff_t>(frame.grid.width);
  for (std::ptrdiff_t top = 0, bottom = frame.grid.height - 1; top < bottom; ++top, --bottom) {
    const auto row = frame.values.begin() + top * width;
    std::swap_ranges(row, row + width, frame.values.begin() + bottom * width);
  }
}

float rate_of(Meaning meaning, double value, double hours) {
  if (meaning == Meaning::reflectivity) return rain_rate_of(static_cast<float>(value));
  return static_cast<float>(meaning == Meaning::amount ? value / hours : value);
}

}  // namespace stormsweep::radar
