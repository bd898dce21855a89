#include "datasets/weather/weather_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

#include "tests/datasets/weather/weather_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

const std::string remedy =
    "; give the samples of Kurth et al. or DeepCAM, or those of stormsweep generate segmentation";

std::vector<float> fields_of(const WeatherFile& file) {
  std::vector<float> fields(static_cast<std::size_t>(16 * file.height() * file.width()));
  file.read(fields);
  return fields;
}

std::vector<std::uint8_t> labels_of(const WeatherFile& file, int labeling) {
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(file.height() * file.width()));
  file.read_labels(labeling, labels);
  return labels;
}

template <class T>
std::vector<double> doubles(const std::vector<T>& values, std::size_t first = 0, std::size_t count = 0) {
  return {values.begin() + static_cast<std::ptrdiff_t>(first),
          count ? values.begin() + static_cast<std::ptrdiff_t>(first + count) : values.end()};
}

MadeDataset data_of(const RandomSample& sample, hid_t type = H5T_IEEE_F32LE, bool compressed = false) {
  return {"data",
          type,
          {16, static_cast<hsize_t>(sample.height), static_cast<hsize_t>(sample.width)},
          doubles(sample.fields),
          compressed};
}

MadeDataset labels_of(const RandomSample& sample, hid_t type, bool compressed = false) {
  return {"labels",
          type,
          {2, static_cast<hsize_t>(sample.height), static_cast<hsize_t>(sample.width)},
          doubles(sample.labels),
          compressed};
}

void check_same(const WeatherFile& file, const RandomSample& sample) {
  CHECK(file.height() == sample.height);
  CHECK(file.width() == sample.width);
  REQUIRE(file.labelings() == 2);
  CHECK(fields_of(file) == sample.channels_last());
  for (int k = 0; k < 2; ++k)
    CHECK(
        std::ranges::equal(labels_of(file, k), std::span(sample.labels).subspan(k * sample.pixels(), sample.pixels())));
}

}  // namespace

TEST_CASE("weather files come back as they were written, with the statistics of each channel") {
  const TemporaryFolder folder;
  for (const auto [height, width] : {std::array{3, 5}, std::array{16, 16}, std::array{96, 144}}) {
    const RandomSample sample(height, width, 1);
    sample.write(folder / "a.h5");
    check_same(WeatherFile(folder / "a.h5"), sample);
  }
  const RandomSample sample(8, 9, 2);
  sample.write(folder / "a.h5");
  const hdf5::Handle file = hdf5::open(folder / "a.h5", "");
  const hdf5::Handle stats(H5Dopen2(file, "climate/stats", H5P_DEFAULT), H5Dclose);
  std::array<float, 64> values;
  H5Dread(stats, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  for (std::size_t c = 0; c < 16; ++c) {
    const auto channel = std::span(sample.fields).subspan(72 * c, 72);
    double sum = 0, squares = 0;
    for (const double value : channel) sum += value, squares += (value - 1000.0 * c) * (value - 1000.0 * c);
    CHECK(values[4 * c] == doctest::Approx(sum / 72));
    CHECK(values[4 * c + 1] == std::ranges::max(channel));
    CHECK(values[4 * c + 2] == std::ranges::min(channel));
    CHECK(values[4 * c + 3] == doctest::Approx(std::sqrt(squares / 72 - std::pow(sum / 72 - 1000.0 * c, 2))));
  }
}

TEST_CASE("weather files of Kurth et al.: any kind of number, contiguous or not, either byte order") {
  const TemporaryFolder folder;
  const RandomSample sample(7, 11, 3);
  for (const hid_t floats : {H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE}) {
    for (const hid_t numbers :
         {H5T_IEEE_F32LE, H5T_STD_I32LE, H5T_STD_I64LE, H5T_STD_U8LE, H5T_IEEE_F64LE, H5T_STD_I16BE, H5T_STD_I32BE}) {
      make_hdf5(folder / "a.h5", {data_of(sample, floats), labels_of(sample, numbers)});
      check_same(WeatherFile(folder / "a.h5"), sample);
    }
  }
  make_hdf5(folder / "a.h5", {data_of(sample, H5T_IEEE_F32LE, true), labels_of(sample, H5T_STD_I32LE, true)});
  check_same(WeatherFile(folder / "a.h5"), sample);
}

TEST_CASE("weather files of DeepCAM: channels last, a dataset a labeling") {
  const TemporaryFolder folder;
  for (const auto [height, width] : {std::array<hsize_t, 2>{5, 6}, {16, 7}, {16, 16}, {80, 90}}) {
    const RandomSample sample(static_cast<std::int64_t>(height), static_cast<std::int64_t>(width), 4);
    const std::size_t pixels = sample.pixels();
    make_hdf5(folder / "a.h5",
              {{"data", H5T_IEEE_F32LE, {height, width, 16}, doubles(sample.channels_last())},
               {"labels_0", H5T_IEEE_F32LE, {height, width}, doubles(sample.labels, 0, pixels)},
               {"labels_1", H5T_STD_I32LE, {height, width}, doubles(sample.labels, pixels, pixels), true}});
    check_same(WeatherFile(folder / "a.h5"), sample);
  }
}

TEST_CASE("weather files without labels") {
  const TemporaryFolder folder;
  const RandomSample sample(4, 5, 5);
  make_hdf5(folder / "a.h5", {data_of(sample)});
  const WeatherFile file(folder / "a.h5");
  CHECK(file.labelings() == 0);
  CHECK(fields_of(file) == sample.channels_last());
  CHECK(refusal([&] { labels_of(file, 0); }) ==
        (folder / "a.h5").string() + ": there is no labeling 0 in it, as it has 0; choose another, counting from 0");
}

TEST_CASE("weather files are scaled as they are read, in either layout") {
  const TemporaryFolder folder;
  const RandomSample sample(70, 71, 6);  // more than a strip, and no multiple of a tile
  sample.write(folder / "kurth.h5");
  make_hdf5(folder / "deepcam.h5", {{"data", H5T_IEEE_F32LE, {70, 71, 16}, doubles(sample.channels_last())}});
  ChannelScaling scaling;
  for (std::size_t c = 0; c < 16; ++c)
    scaling.offset[c] = 1000 * static_cast<float>(c), scaling.factor[c] = 0.5f + static_cast<float>(c);
  std::vector<float> expected = sample.channels_last();
  for (std::size_t i = 0; i < expected.size(); ++i)
    expected[i] = (expected[i] - scaling.offset[i % 16]) * scaling.factor[i % 16];
  for (const char* const name : {"kurth.h5", "deepcam.h5"}) {
    std::vector<float> fields(expected.size());
    WeatherFile(folder / name).read(fields, scaling);
    CHECK(bool{fields == expected});
  }
}

TEST_CASE("weather files: several threads at once, with and without HDF5's help") {
  const TemporaryFolder folder;
  const RandomSample sample(40, 41, 7);
  sample.write(folder / "plain.h5");
  make_hdf5(folder / "packed.h5", {data_of(sample, H5T_IEEE_F32BE, true), labels_of(sample, H5T_STD_I16LE, true)});
  const std::vector<float> expected = sample.channels_last();
  std::array<int, 4> good{};
  {
    std::vector<std::jthread> readers;
    for (std::size_t t = 0; t < good.size(); ++t) {
      readers.emplace_back([&, t] {
        for (int k = 0; k < 50; ++k) {
          const WeatherFile file(folder / (k % 2 == 0 ? "plain.h5" : "packed.h5"));
          good[t] += fields_of(file) == expected && labels_of(file, 0).front() == sample.labels.front();
        }
      });
    }
  }
  CHECK(good == std::array{50, 50, 50, 50});
}

TEST_CASE("weather files that cannot be used are refused in one line with the remedy") {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.h5";
  const RandomSample sample(4, 5, 8);
  const auto refused_for = [&](const std::string& problem) {
    CHECK(refusal([&] { WeatherFile file(path); }) == path.string() + ": " + problem + remedy);
  };
  SUBCASE("missing") {
    refused_for("no such file");
  }
  SUBCASE("not HDF5") {
    std::ofstream(path) << "weather\n";
    refused_for("not an HDF5 file");
  }
  SUBCASE("cut short") {
    sample.write(path);
    fs::resize_file(path, fs::file_size(path) / 2);
    refused_for("cannot be opened: cut short, or being written");
  }
  SUBCASE("no data") {
    make_hdf5(path, {labels_of(sample, H5T_STD_I32LE)});
    refused_for("has no dataset climate/data");
  }
  SUBCASE("another number of channels") {
    make_hdf5(path, {{"data", H5T_IEEE_F32LE, {15, 4, 5}, std::vector<double>(300)}});
    refused_for("climate/data have the shape (15, 4, 5), neither (16, height, width) nor (height, width, 16)");
  }
  SUBCASE("two dimensions") {
    make_hdf5(path, {{"data", H5T_IEEE_F32LE, {16, 4}, std::vector<double>(64)}});
    refused_for("climate/data have the shape (16, 4), neither (16, height, width) nor (height, width, 16)");
  }
  SUBCASE("no pixel") {
    make_hdf5(path, {{"data", H5T_IEEE_F32LE, {16, 0, 5}, {}}});
    refused_for("climate/data hold no pixel");
  }
  SUBCASE("data of integers") {
    make_hdf5(path, {data_of(sample, H5T_STD_I32LE)});
    refused_for("climate/data is not of floats");
  }
  SUBCASE("labels of another size") {
    make_hdf5(path, {data_of(sample), {"labels", H5T_STD_I32LE, {2, 5, 4}, std::vector<double>(40)}});
    refused_for("climate/labels have the shape (2, 5, 4), not (labelings, 4, 5) as the data");
  }
  SUBCASE("labels of another size, DeepCAM") {
    make_hdf5(path, {{"data", H5T_IEEE_F32LE, {4, 5, 16}, doubles(sample.channels_last())},
                     {"labels_0", H5T_STD_I32LE, {5, 4}, std::vector<double>(20)}});
    refused_for("climate/labels_0 has the shape (5, 4), not (4, 5) as the data");
  }
}

TEST_CASE("weather files: labels outside the classes are named, with their place") {
  const TemporaryFolder folder;
  RandomSample sample(4, 5, 9);
  MadeDataset labels = labels_of(sample, H5T_STD_I32LE);
  const auto refused_for = [&](const std::string& problem) {
    make_hdf5(folder / "a.h5", {data_of(sample), labels});
    const WeatherFile file(folder / "a.h5");
    CHECK(refusal([&] { labels_of(file, 1); }) ==
          (folder / "a.h5").string() + ": climate/labels is " + problem +
              "; labels are 0 background, 1 tropical cyclone or 2 atmospheric river");
    CHECK(refusal([&] { labels_of(file, 0); }) == "");
  };
  labels.values[20 + 2 * 5 + 3] = 3;
  refused_for("3 in row 2, column 3");
  labels.type = H5T_STD_I16BE;
  refused_for("3 in row 2, column 3");
  labels.values[20 + 2 * 5 + 3] = -1, labels.type = H5T_STD_I64LE;
  refused_for("-1 in row 2, column 3");
  labels.values[20] = 0.5, labels.type = H5T_IEEE_F32LE;
  refused_for("0.5 in row 0, column 0");
  labels.values[20] = NAN;
  refused_for("nan in row 0, column 0");
}

TEST_CASE("weather files: a file that is cut short after it was opened is an error, not a crash") {
  const TemporaryFolder folder;
  RandomSample(64, 64, 10).write(folder / "a.h5");
  const WeatherFile file(folder / "a.h5");
  fs::resize_file(folder / "a.h5", 10000);
  CHECK(refusal([&] { fields_of(file); }) ==
        (folder / "a.h5").string() + ": cannot be read to its end; copy or make it again");
}

TEST_CASE("a weather file that cannot be written leaves nothing") {
  const RandomSample sample(4, 5, 11);
  CHECK(refusal([&] { sample.write("/nowhere/a.h5"); }) ==
        "/nowhere/a.h5: cannot be written (No such file or directory); choose a folder that exists, that you may "
        "write to, and that has space");
}
