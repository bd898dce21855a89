#include "datasets/weather/weather_writer.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "datasets/files/partial_file.hpp"
#include "datasets/weather/weather_sizes.hpp"

namespace stormsweep {

namespace {

/// climate/stats [16, 4]: mean, maximum, minimum and standard deviation of each channel.
std::vector<float> statistics(std::span<const float> fields) {
  std::vector<float> stats;
  const std::size_t pixels = fields.size() / weather_channels;
  for (std::size_t c = 0; c < weather_channels; ++c) {
    const auto values = fields.subspan(c * pixels, pixels);
    double sum = 0, squares = 0;
    for (const float value : values) sum += value;
    const double mean = sum / static_cast<double>(pixels);
    for (const float value : values) squares += (value - mean) * (value - mean);
    const auto [least, most] = std::ranges::minmax(values);
    for (const double value : {mean, double{most}, double{least}, std::sqrt(squares / static_cast<double>(pixels))})
      stats.push_back(static_cast<float>(value));
  }
  return stats;
}

template <class T>
bool write(const hdf5::Handle& file, const std::string& name, const std::vector<hsize_t>& shape,
           const std::vector<T>& values) {
  const hdf5::Handle dataset = hdf5::create(file, name, hdf5::type_of<T>(), shape);
  return dataset && hdf5::write_rows(dataset, 0, shape[0], values.data());
}

}  // namespace

void write_weather_file(const std::filesystem::path& path, std::int64_t height, std::int64_t width,
                        std::span<const float> fields, std::span<const std::uint8_t> labels, int labelings) {
  const auto rows = static_cast<hsize_t>(height), columns = static_cast<hsize_t>(width);
  const std::vector<float> stats = statistics(fields);
  const std::vector<std::int32_t> classes(labels.begin(), labels.end());
  const auto lock = hdf5::lock();
  PartialFile partial(path);
  bool good = true;
  {
    const hdf5::Handle group(H5Gcreate2(partial.file(), "climate", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    const std::vector<hsize_t> shape{weather_channels, rows, columns};
    const hdf5::Handle data = hdf5::create(group, "data", hdf5::type_of<float>(), shape);
    good = data && hdf5::write_rows(data, 0, weather_channels, fields.data());
    if (labelings > 0) good = good && write(group, "labels", {static_cast<hsize_t>(labelings), rows, columns}, classes);
    good = good && write(group, "stats", {weather_channels, 4}, stats);
  }
  partial.seal(good);
  partial.publish();
}

}  // namespace stormsweep
