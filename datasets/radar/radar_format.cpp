#include "datasets/radar/radar_format.hpp"

#include <algorithm>
#include <chrono>

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
  const hdf5::Handle space(dataset ? H5Dget_space(dataset) : -1, H5Sclose);
  std::array<hsize_t, 2> shape{};
  if (!space || H5Sget_simple_extent_ndims(space) != 2)
    refuse(path, name + " is not an image of rows and columns; give composites");
  H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  return {static_cast<std::int64_t>(shape[0]), static_cast<std::int64_t>(shape[1])};
}

std::vector<float> read_numbers(const hdf5::Handle& file, const std::filesystem::path& path, const std::string& name) {
  const hdf5::Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  const hdf5::Handle space(dataset ? H5Dget_space(dataset) : -1, H5Sclose);
  if (!space) refuse_unreadable(path, name + " cannot be opened");
  std::vector<float> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  if (H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    refuse_unreadable(path, name + " cannot be read");
  return values;
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
