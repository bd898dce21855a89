#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/weather/weather_file.hpp"
#include "datasets/weather/weather_writer.hpp"
#include "search/base/random.hpp"
#include "tests/refusal.hpp"

namespace stormsweep {

/// A dataset of a test file: `values` are written as numbers of the file type `type`.
struct MadeDataset {
  std::string name;
  hid_t type;
  std::vector<hsize_t> shape;
  std::vector<double> values;
  bool compressed = false;
};

/// Writes datasets below climate/ with HDF5 alone.
inline void make_hdf5(const std::filesystem::path& path, const std::vector<MadeDataset>& datasets) {
  const hdf5::Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  const hdf5::Handle group(H5Gcreate2(file, "climate", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  for (const MadeDataset& made : datasets) {
    const auto rank = static_cast<int>(made.shape.size());
    const hdf5::Handle space(H5Screate_simple(rank, made.shape.data(), nullptr), H5Sclose);
    const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    if (made.compressed) H5Pset_chunk(properties, rank, made.shape.data()), H5Pset_deflate(properties, 1);
    const hdf5::Handle dataset(
        H5Dcreate2(group, made.name.c_str(), made.type, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose);
    H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, made.values.data());
  }
}

/// A sample of random numbers, each channel of a range of its own.
struct RandomSample {
  RandomSample(std::int64_t rows, std::int64_t columns, std::uint64_t seed)
      : height(rows), width(columns), fields(static_cast<std::size_t>(16 * rows * columns)), labels(2 * pixels()) {
    RandomStream stream(seed);
    for (std::size_t i = 0; i < fields.size(); ++i)
      fields[i] = static_cast<float>(1000.0 * static_cast<double>(i / pixels()) + stream.uniform(-5, 5));
    for (auto& label : labels) label = static_cast<std::uint8_t>(stream.below(3));
  }

  std::size_t pixels() const { return static_cast<std::size_t>(height * width); }
  void write(const std::filesystem::path& path) const { write_weather_file(path, height, width, fields, labels, 2); }
  /// In DeepCAM's order, [height, width, 16].
  std::vector<float> channels_last() const {
    std::vector<float> turned(fields.size());
    for (std::size_t c = 0; c < 16; ++c) {
      for (std::size_t i = 0; i < pixels(); ++i) turned[i * 16 + c] = fields[c * pixels() + i];
    }
    return turned;
  }

  std::int64_t height, width;
  std::vector<float> fields;         ///< [16, height, width]
  std::vector<std::uint8_t> labels;  ///< [2, height, width]
};

}  // namespace stormsweep
