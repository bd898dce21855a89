#include "datasets/radar/odim_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "datasets/files/hdf5.hpp"
#include "datasets/files/map_projection.hpp"
#include "datasets/files/partial_file.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

constexpr double gain = 0.01;
constexpr std::uint16_t nodata = 65535;

/// Groups, attributes and images of one file; the first failure is remembered.
class OdimFile {
 public:
  explicit OdimFile(const std::filesystem::path& path) : file_(path) {}

  void group(const std::string& path) {
    note(hdf5::Handle(H5Gcreate2(file_.file(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose));
  }
  void text(const std::string& path, const char* name, const std::string& value) {
    const hdf5::Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type, value.size() + 1);
    attribute(path, name, type, value.c_str());
  }
  void real(const std::string& path, const char* name, double value) {
    attribute(path, name, H5T_NATIVE_DOUBLE, &value);
  }
  void integer(const std::string& path, const char* name, std::int64_t value) {
    attribute(path, name, H5T_NATIVE_INT64, &value);
  }
  void image(const std::string& path, hid_t type, const RadarGrid& grid, const void* numbers);
  void publish() {
    file_.seal(good_);
    file_.publish();
  }

 private:
  void note(bool good) { good_ = good_ && good; }
  void attribute(const std::string& path, const char* name, hid_t type, const void* value) {
    const hdf5::Handle object(H5Oopen(file_.file(), path.c_str(), H5P_DEFAULT), H5Oclose);
    const hdf5::Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const hdf5::Handle made(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    note(made && H5Awrite(made, type, value) >= 0);
  }

  PartialFile file_;
  bool good_ = true;
};

void OdimFile::image(const std::string& path, hid_t type, const RadarGrid& grid, const void* numbers) {
  const std::array<hsize_t, 2> shape{static_cast<hsize_t>(grid.height), static_cast<hsize_t>(grid.width)};
  const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_chunk(properties, 2, shape.data());
  H5Pset_deflate(properties, 6);
  H5Pset_obj_track_times(properties, false);  // equal images then make equal bytes
  const hdf5::Handle space(H5Screate_simple(2, shape.data(), nullptr), H5Sclose);
  const hdf5::Handle made(H5Dcreate2(file_.file(), path.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT),
                          H5Dclose);
  note(made && H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) >= 0);
  text(path, "CLASS", "IMAGE");
  text(path, "IMAGE_VERSION", "1.2");
}

/// A pixel's size along the axes of the map, in its units; on the ground where there is no map, or the corners are not
/// those of a box on it.
std::array<double, 2> scale_of(const RadarGrid& grid) {
  if (!grid.projection.empty()) {
    if (const auto box = box_of(MapProjection(grid.projection, "projdef"), grid.corners))
      return {(box->east - box->west) / static_cast<double>(grid.width),
              (box->north - box->south) / static_cast<double>(grid.height)};
  }
  return {grid.pixel_width, grid.pixel_height};
}

void write_where(OdimFile& file, const RadarGrid& grid) {
  file.group("/where");
  if (!grid.projection.empty()) file.text("/where", "projdef", grid.projection);
  file.integer("/where", "xsize", grid.width);
  file.integer("/where", "ysize", grid.height);
  const auto [xscale, yscale] = scale_of(grid);
  if (xscale > 0) file.real("/where", "xscale", xscale);
  if (yscale > 0) file.real("/where", "yscale", yscale);
  const std::array names{"LL", "UL", "UR", "LR"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::isnan(grid.corners[i][0]) || std::isnan(grid.corners[i][1])) continue;
    file.real("/where", fmt::format("{}_lon", names[i]).c_str(), grid.corners[i][0]);
    file.real("/where", fmt::format("{}_lat", names[i]).c_str(), grid.corners[i][1]);
  }
}

void write_data(OdimFile& file, const std::string& group, const RadarFrame& frame) {
  std::vector<std::uint16_t> numbers(frame.values.size());
  std::ranges::transform(frame.values, numbers.begin(), [](float value) {
    return std::isnan(value) ? nodata
                             : static_cast<std::uint16_t>(std::lround(std::clamp(value / gain, 0.0, nodata - 1.0)));
  });
  file.group(group);
  file.group(group + "/what");
  file.text(group + "/what", "quantity", frame.quantity == RadarQuantity::rain_rate ? "RATE" : "VIL");
  file.real(group + "/what", "gain", gain);
  file.real(group + "/what", "offset", 0);
  file.real(group + "/what", "nodata", nodata);
  file.real(group + "/what", "undetect", 0);
  file.image(group + "/data", H5T_STD_U16LE, frame.grid, numbers.data());
}

void write_quality(OdimFile& file, const std::string& group, const RadarForecast& forecast) {
  std::vector<std::uint8_t> numbers(forecast.quality.size());
  std::ranges::transform(forecast.quality, numbers.begin(),
                         [](float value) { return static_cast<std::uint8_t>(value * 255); });
  file.group(group);
  file.group(group + "/what");
  file.real(group + "/what", "gain", 1.0 / 255);
  file.real(group + "/what", "offset", 0);
  file.group(group + "/how");
  file.text(group + "/how", "task", "stormsweep.forecast");
  file.text(group + "/how", "task_args", forecast.quality_meaning);
  file.image(group + "/data", H5T_STD_U8LE, forecast.frames[0].grid, numbers.data());
}

void write_frame(OdimFile& file, const std::string& dataset, const RadarFrame& frame, const RadarForecast& forecast) {
  file.group(dataset);
  const std::string what = dataset + "/what";
  file.group(what);
  file.text(what, "product", frame.quantity == RadarQuantity::rain_rate ? "SURF" : "VIL");
  file.text(what, "prodname", "stormsweep nowcast");
  for (const char* const end : {"start", "end"}) {
    file.text(what, fmt::format("{}date", end).c_str(), utc_text(frame.time, "%Y%m%d"));
    file.text(what, fmt::format("{}time", end).c_str(), utc_text(frame.time, "%H%M%S"));
  }
  write_data(file, dataset + "/data1", frame);
  write_quality(file, dataset + "/quality1", forecast);
}

}  // namespace

void write_odim(const std::filesystem::path& path, const RadarForecast& forecast) {
  OdimFile file(path);
  file.text("/", "Conventions", "ODIM_H5/V2_3");
  file.group("/what");
  file.text("/what", "object", "COMP");
  file.text("/what", "version", "H5rad 2.3");
  file.text("/what", "date", utc_text(forecast.issued, "%Y%m%d"));
  file.text("/what", "time", utc_text(forecast.issued, "%H%M%S"));
  file.text("/what", "source", "CMT:stormsweep");
  write_where(file, forecast.frames[0].grid);
  file.group("/how");
  file.text("/how", "software", "stormsweep");
  file.text("/how", "sw_version", STORMSWEEP_VERSION);
  file.text("/how", "simulated", "True");
  for (std::size_t i = 0; i < forecast.frames.size(); ++i) {
    write_frame(file, fmt::format("/dataset{}", i + 1), forecast.frames[i], forecast);
  }
  file.publish();
}

}  // namespace stormsweep
