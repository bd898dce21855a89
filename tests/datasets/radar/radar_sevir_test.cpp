#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <map>

#include "datasets/radar/radar_archive.hpp"
#include "datasets/radar/radar_files.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
using namespace std::string_literals;

namespace {

/// Two events of 2 x 3 pixels and 5 frames: value = 100 event + 10 pixel + frame; the last is missing.
void write(const std::filesystem::path& path) {
  std::vector<float> values;
  for (int event = 0; event < 2; ++event)
    for (int pixel = 0; pixel < 6; ++pixel)
      for (int frame = 0; frame < 5; ++frame) values.push_back(static_cast<float>(100 * event + 10 * pixel + frame));
  values.back() = 255;
  Hdf5Maker file(path);
  file.dataset("/", "vil", H5T_STD_U8LE, {2, 2, 3, 5}, values);
  file.texts("id", {"R19011212048075", "S123456\0\0\0\0\0\0\0\0"s});
}

}  // namespace

TEST_CASE("SEVIR: events are sequences of their own, frames interleaved, rows from the south, 255 missing") {
  const TemporaryFolder folder;
  write(folder / "SEVIR.h5");
  const auto images = list_radar_images(folder / "SEVIR.h5");
  REQUIRE(images.size() == 10);
  CHECK(images[0].quantity == RadarQuantity::vil);
  CHECK(images[2].time == 1547294400);  // 2019-01-12 12:00 UTC, as the event's id tells
  CHECK(images[3].time - images[2].time == 300);
  CHECK(images[4].sequence == 1);
  CHECK(images[5].sequence == 2);
  CHECK(images[0].grid.pixel_width == 1000);
  CHECK(read_radar_image(images[1]).values == std::vector<float>{31, 41, 51, 1, 11, 21});
  CHECK(read_radar_image(images[8]).values == std::vector<float>{133, 143, 153, 103, 113, 123});
  CHECK(std::isnan(read_radar_image(images[9]).values[2]));
}

TEST_CASE("SEVIR: the catalog beside or above the file gives the times") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "vil/2019");
  write(folder / "vil/2019/SEVIR.h5");
  std::ofstream(folder / "CATALOG.csv") << "id,file_name,file_index,img_type,time_utc\n"
                                           "S123456,x.h5,1,vis,2018-01-01 00:00:00\n"
                                           "S123456,x.h5,1,vil,2020-02-29 23:50:00\n";
  const auto images = list_radar_images(folder / "vil/2019/SEVIR.h5");
  CHECK(images[7].time == 1583020200);
}

TEST_CASE("SEVIR: unknown times are reported, and not mixed with known ones") {
  const TemporaryFolder folder;
  const auto write_events = [&](const char* name, const std::vector<std::string>& ids) {
    Hdf5Maker file(folder / name);
    file.dataset("/", "vil", H5T_STD_U8LE, {2, 1, 1, 1}, {1, 2});
    if (!ids.empty()) file.variable_texts("id", ids);
  };
  const auto list = [&](const std::vector<std::string>& names) {
    std::vector<std::filesystem::path> paths;
    for (const std::string& name : names) paths.push_back(folder / name);
    return list_archive(paths, "", false, [](std::int64_t, std::int64_t) {});
  };
  write_events("storms.h5", {"S800000", "S800001"}), write_events("random.h5", {"R18032505027684", "R18042505027685"});
  write_events("nameless.h5", {});
  CHECK(list({"random.h5"}).notes.empty());
  CHECK(
      list({"storms.h5"}).notes ==
      std::vector{(folder / "storms.h5").string() +
                  ": the times of its events are unknown, so they are taken as one a day, in their order; put SEVIR's "
                  "CATALOG.csv beside it"});
  CHECK(list({"nameless.h5"}).notes ==
        std::vector{(folder / "nameless.h5").string() +
                    ": its events have no id, so their times are unknown; they are taken as one a day, in their "
                    "order"});
  for (const auto& both : {std::vector<std::string>{"storms.h5", "random.h5"}, {"random.h5", "nameless.h5"}})
    CHECK_THROWS_WITH_AS(list(both), doctest::Contains(": the times of its events are unknown, those of "), InputError);
  std::ofstream(folder / "CATALOG.csv") << "id,img_type,time_utc\nS800000,vil,2018-01-01 00:00:00\n";
  CHECK_THROWS_WITH_AS(
      list({"storms.h5"}),
      doctest::Contains(
          "the times of some of its events are unknown, those of others are not (the times of its events"),
      InputError);
  std::ofstream(folder / "CATALOG.csv", std::ios::app) << "S800001,vil,2018-01-02 00:00:00\n";
  CHECK(list({"storms.h5", "random.h5"}).notes.empty());
}

TEST_CASE("SEVIR: a file of no events is refused by its name") {
  const TemporaryFolder folder;
  {
    const hdf5::Handle file(H5Fcreate((folder / "SEVIR.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                            H5Fclose);
    hdf5::create(file, "vil", H5T_STD_U8LE, std::vector<hsize_t>{0, 2, 3, 5});
  }
  CHECK_THROWS_WITH_AS(
      list_archive({folder / "SEVIR.h5"}, "", false, [](std::int64_t, std::int64_t) {}),
      ((folder / "SEVIR.h5").string() + ": no radar image is there; give radar files that hold some").c_str(),
      InputError);
}

TEST_CASE("SEVIR: a file that declares more than it can hold is refused by its name") {
  const TemporaryFolder folder;
  const auto path = folder / "SEVIR.h5";
  for (const auto& [shape, line] : std::map<std::vector<hsize_t>, std::string>{
           {{hsize_t{1} << 40, 1, 1, 49}, "1099511627776 events of 1 x 1"},
           {{1, hsize_t{1} << 62, 4, 1}, "1 events of 4611686018427387904 x 4"}}) {
    Hdf5Maker(path).empty_dataset("vil", shape);
    CHECK_THROWS_WITH_AS(list_radar_images(path), doctest::Contains((path.string() + ": declares " + line).c_str()),
                         UnreadableFile);
  }
}

TEST_CASE("SEVIR: names of events as texts of any length") {
  const TemporaryFolder folder;
  {
    Hdf5Maker file(folder / "SEVIR.h5");
    file.dataset("/", "vil", H5T_STD_U8LE, {2, 1, 1, 1}, {1, 2});
    file.variable_texts("id", {"R19011212048075", "R1902280000"});
  }
  const auto images = list_radar_images(folder / "SEVIR.h5");
  REQUIRE(images.size() == 2);
  CHECK(images[0].time == 1547294400);  // 2019-01-12 12:00 UTC
  CHECK(images[1].time == 1551312000);  // 2019-02-28 00:00 UTC
}

TEST_CASE("SEVIR: the set for nowcasts, frames of IN and then those of OUT") {
  const TemporaryFolder folder;
  {
    Hdf5Maker file(folder / "nowcast_training.h5");
    file.dataset("/", "IN", H5T_STD_U8LE, {2, 1, 2, 3}, {0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 255});
    file.dataset("/", "OUT", H5T_STD_U8LE, {2, 1, 2, 2}, {3, 4, 13, 14, 103, 104, 113, 114});
  }
  const auto images = list_radar_images(folder / "nowcast_training.h5");
  REQUIRE(images.size() == 10);
  CHECK(images[4].sequence == 1);
  CHECK(images[5].sequence == 2);
  CHECK(images[4].time - images[3].time == 300);
  CHECK(read_radar_image(images[2]).values == std::vector<float>{2, 12});
  CHECK(read_radar_image(images[3]).values == std::vector<float>{3, 13});
  CHECK(read_radar_image(images[9]).values == std::vector<float>{104, 114});
  CHECK(std::isnan(read_radar_image(images[7]).values[1]));
}
