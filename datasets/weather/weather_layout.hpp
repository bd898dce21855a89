#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/files/hdf5.hpp"

namespace stormsweep {

/// The numbers of a dataset in a file; `stored`: in a way that only HDF5 can read (in chunks, compressed, of the other
/// byte order, of another type).
enum class NumberType { float32, float64, int32, int64, uint8, stored };

/// Numbers of a file that are read together.
struct NumberArray {
  std::string name;            ///< of the dataset
  std::vector<hsize_t> shape;  ///< of the dataset
  NumberType type = NumberType::stored;
  std::size_t offset = 0;  ///< bytes from the start of the file to the first number
  std::size_t first = 0;   ///< numbers of the dataset before the first, where HDF5 reads it
};

/// Where the fields and labels of a weather sample are (datasets/weather/weather_file.hpp).
struct WeatherLayout {
  std::size_t height = 0, width = 0;
  bool channels_last = false;
  NumberArray fields;
  std::vector<NumberArray> labels;  ///< one per labeling
};

/// Opens and closes the file, under the lock of the library. Throws InputError as WeatherFile does.
WeatherLayout weather_layout(const std::filesystem::path& path);

/// All numbers of a dataset, converted to floats or doubles by HDF5, under its lock. Throws InputError.
template <class T>
std::vector<T> read_stored(const std::filesystem::path& path, const std::string& name);

}  // namespace stormsweep
