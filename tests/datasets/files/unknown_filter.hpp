#pragma once

#include <array>
#include <filesystem>
#include <vector>

#include "datasets/files/hdf5.hpp"

namespace stormsweep {

/// Writes an HDF5 file whose dataset `name`, [2, 3] floats, is packed by a filter of number 32000, that of lzf, which
/// is gone afterwards.
inline void write_with_unknown_filter(const std::filesystem::path& path, const char* name) {
  constexpr H5Z_filter_t number = 32000;
  constexpr std::array<hsize_t, 2> shape{2, 3};
  const std::vector<float> values(6, 1);
  const H5Z_class2_t same{
      H5Z_CLASS_T_VERS,
      number,
      1,
      1,
      "lzf",
      nullptr,
      nullptr,
      [](unsigned, std::size_t, const unsigned*, std::size_t bytes, std::size_t*, void**) { return bytes; }};
  H5Zregister(&same);
  {
    const hdf5::Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    const hdf5::Handle space(H5Screate_simple(2, shape.data(), nullptr), H5Sclose);
    const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_chunk(properties, 2, shape.data());
    H5Pset_filter(properties, number, H5Z_FLAG_OPTIONAL, 0, nullptr);
    const hdf5::Handle made(H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT),
                            H5Dclose);
    H5Dwrite(made, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  }
  H5Zunregister(number);
}

}  // namespace stormsweep
