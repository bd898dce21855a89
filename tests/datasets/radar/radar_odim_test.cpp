#include <doctest/doctest.h>

#include <cmath>

#include "datasets/radar/radar_archive.hpp"
#include "datasets/radar/radar_files.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

struct OdimFile {
  std::string object = "COMP", quantity = "RATE", begin = "235000", end = "235500";
  double gain = 0.5, offset = -1;

  /// Values 0 ... 5; 0: not detected, 5: no data.
  void write(const std::filesystem::path& path) const {
    Hdf5Maker file(path);
    file.attribute("/", "Conventions", std::string("ODIM_H5/V2_2"));
    file.attribute("what", "object", object);
    file.attribute("what", "date", std::string("20200229"));
    file.attribute("what", "time", std::string("235000"));
    file.attribute("where", "projdef", std::string("+proj=laea"));
    file.attribute("where", "xscale", 2000.0);
    file.attribute("where", "yscale", 1000.0);
    file.attribute("where", "UR_lon", 30.0);
    file.attribute("dataset1/what", "startdate", std::string("20200229"));
    file.attribute("dataset1/what", "starttime", begin);
    file.attribute("dataset1/what", "enddate", std::string("20200229"));
    file.attribute("dataset1/what", "endtime", end);
    file.attribute("dataset1/what", "gain", gain);  // of the dataset: its data inherits them
    file.attribute("dataset1/what", "offset", offset);
    file.attribute("dataset1/data1/what", "quantity", quantity);
    file.attribute("dataset1/data1/what", "nodata", 5.0);
    file.attribute("dataset1/data1/what", "undetect", 0.0);
    file.dataset("dataset1/data1", "data", H5T_STD_U8LE, {3, 2}, {0, 1, 2, 3, 4, 5});
  }
  RadarFrame read(const std::filesystem::path& path) const {
    write(path);
    const auto images = list_radar_images(path);
    REQUIRE(images.size() == 1);
    return read_radar_image(images[0]);
  }
};

}  // namespace

TEST_CASE("ODIM: rates by gain and offset, undetected is dry, no data is missing") {
  const TemporaryFolder folder;
  const RadarFrame frame = OdimFile().read(folder / "a.h5");
  CHECK(frame.time == 1583020200);  // 2020-02-29 23:50 UTC
  CHECK(frame.grid.height == 3);
  CHECK(frame.grid.width == 2);
  CHECK(frame.grid.pixel_width == 2000);
  CHECK(frame.grid.projection == "+proj=laea");
  CHECK(frame.grid.corners[2][0] == 30);
  CHECK(std::isnan(frame.grid.corners[0][0]));
  CHECK(frame.values[0] == 0);
  CHECK(frame.values[1] == -0.5f);
  CHECK(frame.values[4] == 1);
  CHECK(std::isnan(frame.values[5]));
}

TEST_CASE("ODIM: amounts become rates at the end of their time, reflectivities by Marshall and Palmer") {
  const TemporaryFolder folder;
  OdimFile file;
  file.quantity = "ACRR";
  const RadarFrame amounts = file.read(folder / "a.h5");
  CHECK(amounts.time == 1583020500);
  CHECK(amounts.values[4] == doctest::Approx(12));  // 1 mm in 5 min
  file.quantity = "DBZH", file.gain = 10, file.offset = 0;
  CHECK(file.read(folder / "b.h5").values[3] == doctest::Approx(rain_rate_of(30)));
}

TEST_CASE("ODIM: amounts that grow from one start are refused, those that follow each other are not") {
  const TemporaryFolder folder;
  OdimFile file;
  file.quantity = "ACRR";
  const auto list = [&] {
    return list_archive({folder / "a.h5", folder / "b.h5"}, "", false, [](std::int64_t, std::int64_t) {}).images;
  };
  file.write(folder / "a.h5");
  file.begin = "235500", file.end = "235900";
  file.write(folder / "b.h5");
  const auto images = list();
  REQUIRE(images.size() == 2);
  CHECK(images[0].hours == doctest::Approx(5 / 60.));
  CHECK(images[1].hours == doctest::Approx(4 / 60.));
  CHECK(read_radar_image(images[1]).values[4] == doctest::Approx(15));  // 1 mm in 4 min
  file.begin = "235000";
  file.write(folder / "b.h5");
  CHECK_THROWS_WITH_AS(list(), doctest::Contains("the amount of ACRR in 0.15 h begins with that in 0.0833333 h of "),
                       InputError);
}

TEST_CASE("ODIM: without gain and offset the numbers are the values, NaN is missing") {
  const TemporaryFolder folder;
  {
    Hdf5Maker file(folder / "a.h5");
    file.attribute("what", "object", std::string("COMP"));
    file.attribute("what", "date", std::string("20210704"));
    file.attribute("what", "time", std::string("155000"));
    file.attribute("dataset1/data1/what", "quantity", std::string("RATE"));
    file.dataset("dataset1/data1", "data", H5T_IEEE_F32LE, {1, 3}, {1, NAN, 60.0208f});
  }
  const RadarFrame frame = read_radar_image(list_radar_images(folder / "a.h5")[0]);
  CHECK(frame.values[0] == 1);
  CHECK(std::isnan(frame.values[1]));
  CHECK(frame.values[2] == 60.0208f);
}

TEST_CASE("ODIM: a gain in text counts as a number does, and one that is no number is refused") {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& gain) {
    Hdf5Maker file(folder / "a.h5");
    file.attribute("what", "object", std::string("COMP"));
    file.attribute("what", "date", std::string("20210704"));
    file.attribute("what", "time", std::string("155000"));
    file.attribute("dataset1/data1/what", "quantity", std::string("RATE"));
    file.attribute("dataset1/data1/what", "gain", gain);
    file.dataset("dataset1/data1", "data", H5T_STD_U8LE, {1, 2}, {1, 200});
  };
  write("0.01");
  CHECK(read_radar_image(list_radar_images(folder / "a.h5")[0]).values == std::vector{0.01f, 2.0f});
  write("0,01");
  CHECK_THROWS_WITH_AS(read_radar_image(list_radar_images(folder / "a.h5")[0]),
                       doctest::Contains("/a.h5: /dataset1/data1/what: gain is '0,01', no number; mend it"),
                       InputError);
}

TEST_CASE("ODIM: of several quantities the rain rate is taken, and the others are reported") {
  const TemporaryFolder folder;
  {
    Hdf5Maker file(folder / "a.h5");
    file.attribute("what", "object", std::string("COMP"));
    file.attribute("what", "date", std::string("20210704"));
    file.attribute("what", "time", std::string("155000"));
    const std::vector<std::string> names{"TH", "DBZH", "QIND", "RATE"};
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string group = "dataset1/data" + std::to_string(i + 1);
      file.attribute(group + "/what", "quantity", names[i]);
      file.dataset(group, "data", H5T_IEEE_F32LE, {1, 1}, {static_cast<float>(i)});
    }
  }
  const auto images = list_radar_images(folder / "a.h5");
  REQUIRE(images.size() == 1);
  CHECK(images[0].note == "RATE is taken; it also holds DBZH, TH");
  CHECK(read_radar_image(images[0]).values[0] == 3);
}

TEST_CASE("ODIM: unknown quantities, scans and amounts without a time are refused") {
  const TemporaryFolder folder;
  OdimFile file;
  file.quantity = "VRADH";
  file.write(folder / "a.h5");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "a.h5"), doctest::Contains("its quantity is VRADH"), InputError);
  file.quantity = "ACRR", file.end = file.begin;
  file.write(folder / "b.h5");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "b.h5"), doctest::Contains("starttime is not before endtime"),
                       InputError);
  file.object = "XSEC";
  file.write(folder / "d.h5");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "d.h5"), doctest::Contains("what/object is 'XSEC'"), InputError);
  file.object = "";
  file.quantity = "RATE";
  file.write(folder / "e.h5");
  CHECK(list_radar_images(folder / "e.h5").size() == 1);  // it has a projection
  file.object = "PVOL";
  file.write(folder / "c.h5");
  CHECK_THROWS_WITH_AS(list_radar_images(folder / "c.h5"), doctest::Contains("is polar (a volume or scan of ODIM)"),
                       InputError);
}
