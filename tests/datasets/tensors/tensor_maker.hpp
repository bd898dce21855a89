#pragma once

#include <torch/types.h>

#include <filesystem>
#include <vector>

#include "datasets/files/hdf5.hpp"

namespace stormsweep {

/// HDF5 as a user writes it: each tensor, float32, float64, int64 or uint8, under its name.
inline void write_tensors(const std::filesystem::path& path,
                          const std::vector<std::pair<std::string, torch::Tensor>>& tensors) {
  const hdf5::Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  for (const auto& [name, tensor] : tensors) {
    const hid_t type = tensor.scalar_type() == torch::kFloat32   ? H5T_NATIVE_FLOAT
                       : tensor.scalar_type() == torch::kFloat64 ? H5T_NATIVE_DOUBLE
                       : tensor.scalar_type() == torch::kUInt8   ? H5T_NATIVE_UINT8
                                                                 : H5T_NATIVE_INT64;
    const std::vector<hsize_t> shape(tensor.sizes().begin(), tensor.sizes().end());
    const hdf5::Handle dataset = hdf5::create(file, name, type, shape);
    hdf5::write_rows(dataset, 0, shape[0], tensor.contiguous().data_ptr());
  }
}

}  // namespace stormsweep
