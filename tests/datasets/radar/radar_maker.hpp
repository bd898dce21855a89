#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/files/hdf5.hpp"

namespace stormsweep {

/// Writes an HDF5 file piece by piece; groups appear where they are needed.
class Hdf5Maker {
 public:
  explicit Hdf5Maker(const std::filesystem::path& path)
      : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose) {}

  template <class Value>
  void attribute(const std::string& group, const std::string& name, const Value& value) {
    hdf5::write_attribute(open(group), name, value);
  }
  /// `values` as numbers of the file type `type`, compressed.
  void dataset(const std::string& group, const std::string& name, hid_t type, const std::vector<hsize_t>& shape,
               const std::vector<float>& values) {
    const hdf5::Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
    const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_chunk(properties, static_cast<int>(shape.size()), shape.data());
    H5Pset_deflate(properties, 1);
    const hdf5::Handle parent = open(group);
    const hdf5::Handle made(H5Dcreate2(parent, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT),
                            H5Dclose);
    H5Dwrite(made, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  }
  /// Bytes of this shape, none of which is in the file.
  void empty_dataset(const std::string& path, const std::vector<hsize_t>& shape) {
    const hdf5::Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
    const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_chunk(properties, static_cast<int>(shape.size()), std::vector<hsize_t>(shape.size(), 1).data());
    hdf5::Handle(H5Dcreate2(file_, path.c_str(), H5T_STD_U8LE, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose);
  }
  /// A list of texts of one length.
  void texts(const std::string& name, const std::vector<std::string>& values) {
    std::string all;
    for (const std::string& value : values) all += value;
    const hdf5::Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type, values[0].size());
    const hsize_t count = values.size();
    const hdf5::Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
    const hdf5::Handle made(H5Dcreate2(file_, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                            H5Dclose);
    H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
  }
  /// The same, each of its own length.
  void variable_texts(const std::string& name, const std::vector<std::string>& values) {
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    const hdf5::Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type, H5T_VARIABLE);
    const hsize_t count = values.size();
    const hdf5::Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
    const hdf5::Handle made(H5Dcreate2(file_, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                            H5Dclose);
    H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data());
  }

 private:
  hdf5::Handle open(const std::string& group) {
    const hdf5::Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
    H5Pset_create_intermediate_group(links, 1);
    if (group != "/" && !hdf5::has(file_, group))
      hdf5::Handle(H5Gcreate2(file_, group.c_str(), links, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    return {H5Gopen2(file_, group.c_str(), H5P_DEFAULT), H5Gclose};
  }

  hdf5::Handle file_;
};

/// The contents of a small KNMI file.
struct KnmiFile {
  std::string begin = "26-AUG-2010;00:00:00.000", end = "26-AUG-2010;00:05:00.000";
  std::string parameter = "ACCUMULATED_PRECIPITATION_[MM]", formula = "GEO=0.01*PV+0.0";
  std::string projection = "+proj=stere";
  float pixel_km = 1;
  hsize_t height = 2, width = 3;
  std::vector<float> pixels{0, 1, 100, 65535, 7, 8};

  void write(const std::filesystem::path& path) const {
    Hdf5Maker file(path);
    file.attribute("overview", "product_datetime_start", begin);
    file.attribute("overview", "product_datetime_end", end);
    file.attribute("geographic", "geo_pixel_size_x", std::span(&pixel_km, 1));
    const float down = -pixel_km;
    file.attribute("geographic", "geo_pixel_size_y", std::span(&down, 1));
    const std::vector<float> corners{0, 49, 0, 56, 11, 55, 9, 48};
    file.attribute("geographic", "geo_product_corners", std::span(corners));
    file.attribute("geographic/map_projection", "projection_proj4_params", projection);
    file.attribute("image1", "image_geo_parameter", parameter);
    file.attribute("image1/calibration", "calibration_formulas", formula);
    file.attribute("image1/calibration", "calibration_missing_data", 65535);
    file.attribute("image1/calibration", "calibration_out_of_image", 65535);
    file.dataset("image1", "image_data", H5T_STD_U16LE, {height, width}, pixels);
  }
};

/// An image of 2 x 4 pixels of 1 km, most of them dry; one of the left half is -12000 mm/h, and two of the right 12000.
inline KnmiFile impossible_file() {
  KnmiFile file;
  file.formula = "GEO=1000*PV-1000.0", file.width = 4, file.pixels = {1, 0, 2, 1, 1, 1, 2, 1};
  return file;
}

}  // namespace stormsweep
