#include "datasets/weather/mask_writer.hpp"

#include <algorithm>
#include <array>

#include "datasets/weather/grid_writer.hpp"

namespace stormsweep {

namespace {

/// Writes texts of one length, shorter ones padded with zeros.
bool write_names(const hdf5::Handle& file, const std::vector<std::string>& names) {
  std::size_t longest = 1;
  for (const std::string& name : names) longest = std::max(longest, name.size());
  std::string all;
  for (const std::string& name : names) all += name + std::string(longest - name.size(), '\0');
  const hdf5::Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  const std::array<hsize_t, 1> shape{names.size()};
  if (H5Tset_size(type, longest) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0) return false;
  const hdf5::Handle dataset = hdf5::create(file, "names", type, shape);
  return dataset && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()) >= 0;
}

}  // namespace

MaskWriter::MaskWriter(const std::filesystem::path& path, const WeatherGrid& grid,
                       const std::vector<std::string>& names, Content content)
    : file_(path) {
  const std::array<hsize_t, 3> shape{names.size(), grid.latitudes.size(), grid.longitudes.size()};
  masks_ = hdf5::create(file_.file(), "masks", H5T_NATIVE_UINT8, shape);
  bool good = masks_ && hdf5::write_attribute(masks_, "classes", std::string(weather_class_meanings)) &&
              write_grid(file_.file(), grid) && write_names(file_.file(), names);
  if (content == Content::masks_and_probabilities) {
    const std::array<hsize_t, 4> wide{shape[0], 3, shape[1], shape[2]};
    probabilities_ = hdf5::create(file_.file(), "probabilities", hdf5::type_of<float>(), wide);
    good = good && probabilities_;
  }
  if (!good) file_.fail("no room for its masks");
}

void MaskWriter::write(std::int64_t sample, std::span<const std::uint8_t> mask, std::span<const float> probabilities) {
  const auto place = static_cast<hsize_t>(sample);
  if (!hdf5::write_rows(masks_, place, 1, mask.data()) ||
      (probabilities_ && !hdf5::write_rows(probabilities_, place, 1, probabilities.data())))
    file_.fail("cannot be written further");
}

void MaskWriter::publish() {
  masks_ = {}, probabilities_ = {};
  file_.seal(true);
  file_.publish();
}

}  // namespace stormsweep
