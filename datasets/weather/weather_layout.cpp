#include "datasets/weather/weather_layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "datasets/weather/weather_sizes.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

const std::string remedy = "give the samples of Kurth et al. or DeepCAM, or those of stormsweep generate segmentation";

[[noreturn]] void refuse(const fs::path& path, const std::string& problem) {
  throw InputError(path.string() + ": " + problem + "; " + remedy);
}

std::string words_of(const std::vector<hsize_t>& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

NumberType number_type(const hdf5::Handle& dataset, const hdf5::Handle& type) {
  if (H5Dget_offset(dataset) == HADDR_UNDEF) return NumberType::stored;
  if (H5Tequal(type, H5T_NATIVE_FLOAT) > 0) return NumberType::float32;
  if (H5Tequal(type, H5T_NATIVE_DOUBLE) > 0) return NumberType::float64;
  if (H5Tequal(type, H5T_NATIVE_INT32) > 0) return NumberType::int32;
  if (H5Tequal(type, H5T_NATIVE_INT64) > 0) return NumberType::int64;
  if (H5Tequal(type, H5T_NATIVE_UINT8) > 0) return NumberType::uint8;
  return NumberType::stored;
}

NumberArray find_array(const hdf5::Handle& file, const fs::path& path, const std::string& name, bool floats_only) {
  const hdf5::Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset) refuse(path, "has no dataset " + name);
  const hdf5::Handle type(H5Dget_type(dataset), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type);
  if (kind != H5T_FLOAT && (floats_only || kind != H5T_INTEGER))
    refuse(path, name + (floats_only ? " is not of floats" : " is not of numbers"));
  NumberArray array{name, hdf5::lengths_of(dataset), number_type(dataset, type), 0, 0};
  if (array.type == NumberType::stored) return array;
  array.offset = H5Dget_offset(dataset);
  const auto count = number_count(array.shape);
  const std::uintmax_t size = fs::file_size(path);
  if (!count || array.offset > size || *count > (size - array.offset) / H5Tget_size(type))
    refuse(path, name + " is cut short");
  return array;
}

std::size_t bytes_of(NumberType type) {
  switch (type) {
    case NumberType::uint8:
      return 1;
    case NumberType::float32:
    case NumberType::int32:
      return 4;
    default:
      return 8;
  }
}

/// climate/labels [labelings, height, width], or climate/labels_0, climate/labels_1 ... [height, width].
std::vector<NumberArray> find_labels(const hdf5::Handle& file, const fs::path& path, hsize_t height, hsize_t width) {
  std::vector<NumberArray> labels;
  if (hdf5::has(file, "climate/labels")) {
    const NumberArray all = find_array(file, path, "climate/labels", false);
    if (all.shape.size() != 3 || all.shape[1] != height || all.shape[2] != width) {
      refuse(path, fmt::format("climate/labels have the shape {}, not (labelings, {}, {}) as the data",
                               words_of(all.shape), height, width));
    }
    for (hsize_t k = 0; k < all.shape[0]; ++k) {
      labels.push_back(all);
      labels.back().first = k * height * width, labels.back().offset += k * height * width * bytes_of(all.type);
    }
    return labels;
  }
  for (std::string name = "climate/labels_0"; hdf5::has(file, name);
       name = fmt::format("climate/labels_{}", labels.size())) {
    labels.push_back(find_array(file, path, name, false));
    if (labels.back().shape != std::vector{height, width}) {
      refuse(path, fmt::format("{} has the shape {}, not ({}, {}) as the data", name, words_of(labels.back().shape),
                               height, width));
    }
  }
  return labels;
}

}  // namespace

WeatherLayout weather_layout(const fs::path& path) {
  const auto lock = hdf5::lock();
  const hdf5::Handle file = hdf5::open(path, remedy);
  if (!hdf5::has(file, "climate/data")) refuse(path, "has no dataset climate/data");
  WeatherLayout layout;
  layout.fields = find_array(file, path, "climate/data", true);
  const std::vector<hsize_t>& shape = layout.fields.shape;
  const bool first = shape.size() == 3 && shape[0] == weather_channels;
  const bool last = shape.size() == 3 && shape[2] == weather_channels;
  if (!first && !last) {
    refuse(path, fmt::format("climate/data have the shape {}, neither (16, height, width) nor (height, width, 16)",
                             words_of(shape)));
  }
  // Where there are also 16 rows or columns, the labels reveal the layout.
  layout.channels_last = last && (!first || hdf5::has(file, "climate/labels_0"));
  layout.height = shape[layout.channels_last ? 0 : 1], layout.width = shape[layout.channels_last ? 1 : 2];
  if (layout.height == 0 || layout.width == 0) refuse(path, "climate/data hold no pixel");
  layout.labels = find_labels(file, path, layout.height, layout.width);
  return layout;
}

template <class T>
std::vector<T> read_stored(const fs::path& path, const std::string& name) {
  const auto lock = hdf5::lock();
  const hdf5::Handle file = hdf5::open(path, remedy);
  auto values = hdf5::read_all<T>({H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose});
  if (!values) refuse(path, name + " cannot be read: cut short, or damaged");
  return std::move(*values);
}

template std::vector<float> read_stored(const fs::path&, const std::string&);
template std::vector<double> read_stored(const fs::path&, const std::string&);

}  // namespace stormsweep
