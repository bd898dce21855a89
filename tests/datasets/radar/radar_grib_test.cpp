#include "datasets/radar/radar_grib.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>

#include "datasets/radar/grib_rain.hpp"
#include "datasets/radar/radar_files.hpp"
#include "tests/datasets/radar/grib_maker.hpp"
#include "tests/folder.hpp"
#include "tests/places.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

using Bytes = std::vector<unsigned char>;

/// `number` in `bytes` bytes, the highest first.
Bytes big_endian(std::uint64_t number, int bytes) {
  Bytes result;
  for (int i = bytes - 1; i >= 0; --i) result.push_back(static_cast<unsigned char>(number >> 8 * i));
  return result;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes section(unsigned char number, const Bytes& content) {
  return joined({big_endian(content.size() + 5, 4), {number}, content});
}

/// A message of edition 2 with its numbers packed anew, as NCEP does: by template 5.2, in one group of 8 bits each, in
/// which the highest number means missing (missing value management 1), without a bitmap.
void write_complex(const fs::path& path, const Bytes& message, const Bytes& numbers) {
  const Bytes none{0x46, 0x1c, 0x3c, 0};  // 9999 as a float, which stands for missing numbers
  const Bytes count = big_endian(numbers.size(), 4);
  const Bytes packing = section(5, joined({count,
                                           {0, 2},
                                           {0, 0, 0, 0},
                                           {0, 0},
                                           {0, 0},
                                           {8, 0, 1, 1},
                                           none,
                                           none,
                                           {0, 0, 0, 1},
                                           {8, 0},
                                           count,
                                           {1},
                                           count,
                                           {0}}));
  Bytes body;
  for (std::size_t at = 16; message[at] != '7';) {
    const std::size_t length = message[at] << 24 | message[at + 1] << 16 | message[at + 2] << 8 | message[at + 3];
    const Bytes old(message.begin() + static_cast<std::ptrdiff_t>(at),
                    message.begin() + static_cast<std::ptrdiff_t>(at + length));
    body = joined({body, old[4] == 5   ? packing
                         : old[4] == 6 ? section(6, {255})
                         : old[4] == 7 ? section(7, joined({{0}, numbers}))
                                       : old});
    at += length;
  }
  const Bytes head(message.begin(), message.begin() + 8);
  const Bytes all = joined({head, big_endian(body.size() + 20, 8), body, {'7', '7', '7', '7'}});
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(all.data()), std::ssize(all));
}

RadarFrame read(const fs::path& path) {
  const auto images = list_radar_images(path);
  REQUIRE(images.size() == 1);
  return read_radar_image(images[0]);
}

void check_near(const std::vector<float>& values, const std::vector<double>& expected) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    CHECK(std::isnan(values[i]) == std::isnan(expected[i]));
    if (!std::isnan(expected[i])) CHECK(std::abs(values[i] - expected[i]) < 0.01);
  }
}

}  // namespace

TEST_CASE("GRIB: MRMS' rates in mm/h, -1 and -3 missing; packed by gzip too") {
  const TemporaryFolder folder;
  GribMaker maker;
  maker.set_mrms(6, 1);
  maker.write(folder / "a.grib2", {0, 12.5, -1, -3, 100, 1});
  maker.write(folder / "a.grib2.gz", {0, 12.5, -1, -3, 100, 1}, true);
  for (const char* const name : {"a.grib2", "a.grib2.gz"}) {
    const RadarFrame frame = read(folder / name);
    CHECK(frame.time == 1582977600);  // 2020-02-29 12:00 UTC
    CHECK(frame.quantity == RadarQuantity::rain_rate);
    check_near(frame.values, {0, 12.5, NAN, NAN, 100, 1});
    CHECK(frame.grid.corners[0][0] == doctest::Approx(3.5));
    CHECK(frame.grid.corners[0][1] == doctest::Approx(49.5));
    CHECK(frame.grid.corners[2][0] == doctest::Approx(6.5));
    CHECK(frame.grid.pixel_height == doctest::Approx(111'239).epsilon(1e-3));  // a degree at 50.5 N on WGS84
  }
}

TEST_CASE("GRIB: every scanning mode ends with north on top and west on the left") {
  const TemporaryFolder folder;
  const auto scanned = [&](std::map<const char*, long> flags, const std::vector<double>& values) {
    GribMaker maker;
    maker.set_mrms(6, 1);
    for (const auto& [key, value] : flags) maker.set(key, value);
    fs::remove(folder / "a");
    maker.write(folder / "a", values);
    check_near(read(folder / "a").values, {1, 2, 3, 4, 5, 6});
  };
  scanned({}, {1, 2, 3, 4, 5, 6});
  scanned({{"jScansPositively", 1}}, {4, 5, 6, 1, 2, 3});
  scanned({{"iScansNegatively", 1}}, {3, 2, 1, 6, 5, 4});
  scanned({{"jPointsAreConsecutive", 1}}, {1, 4, 2, 5, 3, 6});
  scanned({{"alternativeRowScanning", 1}}, {1, 2, 3, 6, 5, 4});
  scanned({{"jScansPositively", 1}, {"alternativeRowScanning", 1}}, {4, 5, 6, 3, 2, 1});
}

TEST_CASE("GRIB: tp in metres over its interval, at the end of it; a bitmap's holes are missing") {
  const TemporaryFolder folder;
  GribMaker maker;
  maker.set("productDefinitionTemplateNumber", 8L);
  maker.set("shortName", "tp");
  maker.set("stepRange", "1-2");
  maker.set("bitmapPresent", 1L);
  maker.write(folder / "a", {0, 0.004, 0.001, 0, 9999, 0});
  const RadarFrame frame = read(folder / "a");
  CHECK(frame.time == 1582977600 + 7200);
  CHECK(frame.values[1] == doctest::Approx(4).epsilon(0.001));
  CHECK(std::isnan(frame.values[4]));
}

TEST_CASE("GRIB: what complex packing marks as missing, without a bitmap, is missing") {
  const TemporaryFolder folder;
  GribMaker maker;
  maker.set("parameterCategory", 1L), maker.set("parameterNumber", 7L);  // kg m-2 s-1
  maker.write(folder / "simple", std::vector<double>(6, 0));
  std::ifstream file(folder / "simple", std::ios::binary);
  const Bytes message{std::istreambuf_iterator<char>(file), {}};
  write_complex(folder / "complex", message, {0, 1, 255, 255, 2, 0});
  check_near(read(folder / "complex").values, {0, 3600, NAN, NAN, 7200, 0});
}

TEST_CASE("GRIB: a rate before an amount, an amount before a reflectivity, and never the convective rain alone") {
  const TemporaryFolder folder;
  const auto write = [&](const char* file, const char* name, double value) {
    GribMaker maker;
    const bool amount = std::string(name) == "tp";
    if (amount) maker.set("productDefinitionTemplateNumber", 8L);
    if (std::string(name) == "refc")
      maker.set("centre", 7L), maker.set("parameterCategory", 16L), maker.set("parameterNumber", 196L);
    else
      maker.set("shortName", name);
    if (amount) maker.set("stepRange", "0-1");
    maker.write(folder / file, std::vector<double>(6, value));
  };
  write("a", "crr", 0.001), write("a", "tprate", 2e-6);  // kg m-2 s-1, m s-1
  const auto images = list_radar_images(folder / "a");
  REQUIRE(images.size() == 1);
  CHECK(images[0].note == "tprate is taken; it also holds crr");
  CHECK(read_radar_image(images[0]).values[0] == doctest::Approx(7.2).epsilon(0.001));
  write("b", "refc", 30), write("b", "tp", 0.003);
  CHECK(list_radar_images(folder / "b")[0].note == "tp is taken; it also holds refc");
  write("b", "tprate", 0.002), write("b", "prate", 0.001);
  CHECK(list_radar_images(folder / "b")[0].note == "tprate is taken; it also holds prate, refc, tp");
  write("c", "crr", 0.001);
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "c"),
                       doctest::Contains("holds no rain that stormsweep knows, but crr"), InputError);
}

TEST_CASE("GRIB: a packed file that cannot be unpacked whole is reported as such") {
  const TemporaryFolder folder;
  GribMaker maker;
  maker.set_mrms(6, 1);
  maker.write(folder / "a.gz", {0, 12.5, -1, -3, 100, 1}, true);
  std::string problem;
  {
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit few{10, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &few);
    try {
      list_radar_images(folder / "a.gz");
    } catch (const InputError& error) {
      problem = error.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
  }
  CHECK(problem == (folder / "a.gz").string() +
                       ": cannot be unpacked into a temporary file (File too large); make space in /tmp, or unpack it");
}

TEST_CASE("GRIB: a Lambert grid stands where cs2cs puts it") {
  const TemporaryFolder folder;
  GribMaker maker;
  maker.set("gridType", "lambert");
  maker.set_mrms(6, 1);
  maker.set("Nx", 3L), maker.set("Ny", 2L), maker.set("jScansPositively", 1L);
  for (const auto& [key, value] : std::map<const char*, double>{{"LaDInDegrees", 38.5},
                                                                {"LoVInDegrees", 262.5},
                                                                {"Latin1InDegrees", 38.5},
                                                                {"Latin2InDegrees", 38.5},
                                                                {"latitudeOfFirstGridPointInDegrees", 38.5},
                                                                {"longitudeOfFirstGridPointInDegrees", 262.5},
                                                                {"DxInMetres", 3000},
                                                                {"DyInMetres", 3000}})
    maker.set(key, value);
  maker.write(folder / "a", {4, 5, 6, 1, 2, 3});
  const RadarFrame frame = read(folder / "a");
  check_near(frame.values, {1, 2, 3, 4, 5, 6});
  // cs2cs of (-1500, -1500) and (7500, 4500) on +proj=lcc +lat_1=38.5 +lat_2=38.5 +lat_0=38.5 +lon_0=262.5 +R=6371229
  CHECK(frame.grid.corners[0][0] == doctest::Approx(-97.51723316).epsilon(1e-7));
  CHECK(frame.grid.corners[0][1] == doctest::Approx(38.48650940).epsilon(1e-7));
  CHECK(frame.grid.corners[2][0] == doctest::Approx(-97.41376963).epsilon(1e-7));
  CHECK(frame.grid.corners[2][1] == doctest::Approx(38.54043642).epsilon(1e-7));
  CHECK(frame.grid.pixel_width == doctest::Approx(3000).epsilon(0.005));
}

TEST_CASE("GRIB: VIL in SEVIR's steps") {
  CHECK(radar::sevir_steps(0) == 0);
  // Veillette et al. 2020: VIL = (x - 2) / 90.66 to x = 18, then exp((x - 83.9) / 38.9)
  CHECK(radar::sevir_steps(10 / 90.66f) == doctest::Approx(12));
  CHECK(radar::sevir_steps(std::exp((100 - 83.9f) / 38.9f)) == doctest::Approx(100));
  CHECK(radar::sevir_steps(1000) == 254);
  const TemporaryFolder folder;
  GribMaker maker;
  maker.set_mrms(3, 41);
  maker.write(folder / "a", {0, std::exp((200 - 83.9) / 38.9), -1, -3, 0, 0});
  const RadarFrame frame = read(folder / "a");
  CHECK(frame.quantity == RadarQuantity::vil);
  CHECK(frame.values[1] == doctest::Approx(200).epsilon(1e-3));
  CHECK(std::isnan(frame.values[2]));
}

TEST_CASE("GRIB: what is no rain, no image or cut short is refused") {
  const TemporaryFolder folder;
  GribMaker temperature;
  temperature.set("shortName", "2t");
  temperature.write(folder / "a", {1, 2, 3, 4, 5, 6});
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a"),
                       doctest::Contains("holds no rain that stormsweep knows, but 2t"), InputError);
  GribMaker maker;
  maker.set_mrms(6, 1);
  maker.write(folder / "b", {1, 2, 3, 4, 5, 6});
  fs::resize_file(folder / "b", fs::file_size(folder / "b") - 10);
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "b"), doctest::Contains("is cut short or damaged"), UnreadableFile);
}

TEST_CASE("GRIB: what ecCodes takes for another kind of message is passed over") {
  const TemporaryFolder folder;
  for (const char* const kind : {"BUDG", "DIAG", "TIDE", "WRAP"}) {
    CAPTURE(kind);
    std::ofstream(folder / kind, std::ios::binary)
        << '\x01' << kind << "\xff\xff\xff\x01\x7f\xff\xff" << std::string(12, '\xff');
    GribMaker maker;
    maker.set_mrms(6, 1);
    maker.write(folder / kind, {1, 2, 3, 4, 5, 6});
    check_near(read(folder / kind).values, {1, 2, 3, 4, 5, 6});
  }
}

TEST_CASE("GRIB: in edition 1 a short file that states more than 8 MB is cut short") {
  const TemporaryFolder folder;
  GribMaker maker("regular_ll_sfc_grib1");
  maker.write(folder / "a", {1, 2, 3, 4, 5, 6});
  std::fstream(folder / "a", std::ios::binary | std::ios::in | std::ios::out).seekp(4) << "\xff\xff\xff";
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a"), doctest::Contains("a: is cut short or damaged; fetch"),
                       UnreadableFile);
}

TEST_SUITE("real data") {
  TEST_CASE("GRIB: MRMS of 2019-06-10, as grib_get_data counts") {
    const auto file = real_data("field/grib/PrecipRate_00.00_20190610-000000.grib2");
    if (!file) return;
    const RadarFrame frame = read(*file);
    REQUIRE(frame.values.size() == 24'500'000);
    CHECK(frame.time == 1560124800);
    std::int64_t missing = 0, wet = 0;
    for (const float value : frame.values) missing += std::isnan(value), wet += value > 0;
    CHECK(missing == 8'769'493);
    CHECK(wet == 982'882);
    CHECK(frame.values[2191 * 7000 + 4371] == doctest::Approx(148.8));  // 33.085 N, 273.715 E, the highest
    CHECK(frame.grid.corners[1][0] == doctest::Approx(-130));
    CHECK(frame.grid.corners[1][1] == doctest::Approx(55));
    CHECK(frame.grid.pixel_height == doctest::Approx(1110).epsilon(0.001));
    CHECK(frame.grid.pixel_width == doctest::Approx(885).epsilon(0.002));
  }
}
