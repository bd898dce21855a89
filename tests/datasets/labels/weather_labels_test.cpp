#include "datasets/labels/weather_labels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <iostream>

#include "datasets/files/hdf5.hpp"
#include "datasets/weather/weather_file.hpp"
#include "datasets/weather/weather_writer.hpp"
#include "datasets/weather_synthesis/synthetic_weather.hpp"
#include "search/base/error.hpp"
#include "tests/datasets/weather/cf_weather_maker.hpp"
#include "tests/folder.hpp"
#include "tests/places.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

/// A generated world, written to a file and read back.
WeatherMoment world(std::int64_t height, std::int64_t width, std::uint64_t seed) {
  const TemporaryFolder folder;
  const SyntheticWeather weather = synthetic_weather(global_grid(height, width), seed);
  write_weather_file(folder / "a.h5", height, width, weather.fields, weather.truth, 1);
  CHECK(count_moments(folder / "a.h5") == 1);
  WeatherMoment moment = MomentReader().read(folder / "a.h5", 0);
  CHECK(moment.truth == weather.truth);
  CHECK(moment.psl[7] == weather.fields[static_cast<std::size_t>(7 * height * width + 7)]);
  return moment;
}

/// Intersection over union of a class over worlds of seeds 0 ... 7.
double intersection_over_union(const LabelRules& rules, std::uint8_t label) {
  double both = 0, any = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const WeatherMoment moment = world(96, 144, seed);
    const WeatherLabels labels = label_weather(moment, rules, "a.h5");
    for (std::size_t i = 0; i < labels.classes.size(); ++i) {
      const bool told = labels.classes[i] == label, true_one = moment.truth[i] == label;
      both += told && true_one, any += told || true_one;
    }
  }
  return both / any;
}

}  // namespace

TEST_CASE("weather labels: find what was planted in generated worlds") {
  // By chance, with as many pixels marked at random, it would be 0.01 for rivers and 0.001 for cyclones.
  CHECK(intersection_over_union({}, 2) > 0.45);
  CHECK(intersection_over_union({.river = {}, .cyclone = {}, .river_field = RiverField::tmq}, 2) > 0.6);
  CHECK(intersection_over_union({}, 1) > 0.6);
}

TEST_CASE("weather labels: a map of the published size takes no longer than two seconds of a core") {
  const WeatherMoment moment = world(768, 1152, 3);
  const std::clock_t start = std::clock();
  const WeatherLabels labels = label_weather(moment, {}, "a.h5");
  CHECK(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < 2);  // 0.1 s; ten times as much under sanitizers
  CHECK(labels.rivers.size() > 0);
}

TEST_CASE("weather labels: cyclones lie over rivers, and the file says what was done") {
  WeatherMoment moment;
  moment.grid = global_grid(61, 120);  // 3 degrees
  const std::size_t pixels = 61 * 120;
  for (auto* field : {&moment.tmq, &moment.u850, &moment.v850, &moment.prect}) field->assign(pixels, 1);
  moment.psl.assign(pixels, 101000), moment.t200.assign(pixels, 220), moment.t500.assign(pixels, 260);
  for (std::int64_t row = 38; row < 48; ++row) moment.tmq[static_cast<std::size_t>(row * 120 + 60)] = 30;
  const std::size_t centre = 40 * 120 + 60;  // 30 N, in the river
  for (std::size_t i = 0; i < pixels; ++i) {
    const double y = static_cast<double>(i / 120) - 40, x = static_cast<double>(i % 120) - 60;
    const auto near = static_cast<float>(std::exp(-(x * x + y * y) / 2));
    moment.psl[i] -= 3000 * near, moment.t200[i] += 3 * near, moment.t500[i] += 3 * near, moment.prect[i] += near;
    moment.u850[i] = static_cast<float>(-90 * y) * near, moment.v850[i] = static_cast<float>(90 * x) * near;
  }
  const LabelRules rules{.river = {.threshold = 10}, .cyclone = {}, .river_field = RiverField::tmq};
  const WeatherLabels labels = label_weather(moment, rules, "a.h5");
  REQUIRE(labels.rivers.size() == 1);
  REQUIRE(labels.cyclones.size() == 1);
  CHECK(labels.classes[centre] == 1);
  CHECK(labels.classes[47 * 120 + 60] == 2);
  CHECK(labels.moisture_name == "TMQ");

  const TemporaryFolder folder;
  write_weather_labels(folder / "labels.h5", moment, labels, rules);
  const hdf5::Handle file = hdf5::open(folder / "labels.h5", "");
  const hdf5::Handle data(H5Dopen2(file, "climate/labels", H5P_DEFAULT), H5Dclose);
  const hdf5::Handle space(H5Dget_space(data), H5Sclose);
  std::array<hsize_t, 3> shape{};
  REQUIRE(H5Sget_simple_extent_ndims(space) == 3);
  H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  CHECK(shape == std::array<hsize_t, 3>{1, 61, 120});
  std::vector<std::uint8_t> classes(pixels);
  H5Dread(data, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, classes.data());
  CHECK(classes == labels.classes);
  CHECK(hdf5::read_number(data, "river_threshold") == 10);
  CHECK(!hdf5::read_number(data, "river_percentile"));
  CHECK(hdf5::read_number(data, "cyclone_poleward_degrees") == 40);
  CHECK(hdf5::read_text(data, "river_field") == "TMQ");
  CHECK(hdf5::has(file, "latitude"));
}

TEST_CASE(
    "weather labels: the file tells the rule that was applied, also where the grid is too coarse for the asked one") {
  const TemporaryFolder folder;
  const auto degrees = [&](std::int64_t height, std::int64_t width) {
    const WeatherMoment moment = world(height, width, 3);
    write_weather_labels(folder / "labels.h5", moment, label_weather(moment, {}, "a.h5"), {});
    const hdf5::Handle file = hdf5::open(folder / "labels.h5", "");
    const hdf5::Handle data(H5Dopen2(file, "climate/labels", H5P_DEFAULT), H5Dclose);
    return std::array{hdf5::read_number(data, "cyclone_near_degrees"), hdf5::read_number(data, "cyclone_far_degrees")};
  };
  const double row = 180.0 / 95;
  const auto [near, far] = degrees(96, 144);
  CHECK(near.value() == doctest::Approx(1.5 * row));
  CHECK(far.value() == doctest::Approx(3 * row));
  CHECK(degrees(192, 288) == std::array{std::optional(2.0), std::optional(5.0)});
}

TEST_CASE("weather labels: transport that a NetCDF file lacks is computed from what it has") {
  const TemporaryFolder folder;
  ClimateMaker maker;
  maker.times = 2;
  const auto read = [&](std::int64_t moment) {
    maker.write(folder / "a.nc");
    return MomentReader().read(folder / "a.nc", moment);
  };
  maker.fields["U850"] = std::vector<float>(24, 3), maker.fields["V850"] = std::vector<float>(24, -4);
  maker.fields["Q"] = std::vector<float>(24, 0.01f);
  CHECK(read(1).transport[5] == doctest::Approx(0.05));
  CHECK(count_moments(folder / "a.nc") == 2);
  CHECK(!read(1).tells_cyclones());
  const LabelRules by_tmq{.river = {}, .cyclone = {}, .river_field = RiverField::tmq};
  CHECK_THROWS_WITH_AS(label_weather(read(0), by_tmq, "a.nc"),
                       "a.nc: has no water vapour path (TMQ); choose the other --river-field", InputError);
  maker.fields["PRW"] = std::vector<float>(24, 20);
  CHECK(read(1).transport[5] == doctest::Approx(100));
  CHECK(read(1).transport_name == "wind at 850 hPa x TMQ");
  maker.fields["viwve"] = std::vector<float>(24, 300), maker.fields["viwvn"] = std::vector<float>(24, 400);
  CHECK(read(1).transport[5] == doctest::Approx(500));
  maker.fields["IVT"] = std::vector<float>(24, 7);
  CHECK(read(1).transport[5] == 7);
  CHECK(read(1).transport_name == "IVT");
}

TEST_CASE("weather labels: a NetCDF file stays open for its other moments") {
  const TemporaryFolder folder;
  ClimateMaker maker;
  maker.times = 2;
  maker.fields["IVT"] = std::vector<float>(24, 7);
  maker.write(folder / "a.nc");
  maker.fields["IVT"] = std::vector<float>(24, 8);
  maker.write(folder / "b.nc");
  MomentReader reader;
  CHECK(reader.read(folder / "a.nc", 0).transport[5] == 7);
  fs::remove(folder / "a.nc");
  CHECK(reader.read(folder / "a.nc", 1).transport[5] == 7);
  CHECK(reader.read(folder / "b.nc", 0).transport[5] == 8);
  CHECK_THROWS_AS(reader.read(folder / "a.nc", 0), InputError);
  CHECK_THROWS_AS(reader.read(folder / "a.nc", 0), InputError);
}

TEST_SUITE("real data") {
  TEST_CASE("weather labels: the river at the west coast of the United States, 2017-02-28") {
    const auto data = real_data("segmentation/IWV_IVT_MERRA_20170228_00.nc");
    if (!data) return;
    const fs::path& path = *data;
    REQUIRE(count_moments(path) == 1);
    const WeatherMoment moment = MomentReader().read(path, 0);
    CHECK(moment.grid.periodic());
    CHECK(!moment.tells_cyclones());
    const WeatherLabels labels = label_weather(moment, {}, path);
    CHECK(labels.moisture_name == "IVT");
    CHECK(labels.rivers.size() >= 3);
    bool at_the_coast = false;
    for (const SphereRegion& river : labels.rivers) {
      const SphereBox& box = river.box;
      std::cout << "river from " << box.south << " to " << box.north << " N, " << box.west << " to " << box.east
                << " E, " << std::lround(river.length) << " km long, " << std::lround(river.area / river.length)
                << " km wide over its length\n";
      // It lands in California, from the south-west.
      at_the_coast = at_the_coast || (box.south < 30 && box.north > 32 && box.west > -140 && box.west < -120 &&
                                      box.east > -118 && box.east < -105);
      CHECK(river.length > 1500);
    }
    CHECK(at_the_coast);
    const auto share = static_cast<double>(std::ranges::count(labels.classes, 2)) / (361 * 576);
    CHECK(share > 0.005);
    CHECK(share < 0.05);
  }
}
