#include "datasets/nowcast/forecast_frames.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "search/base/error.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;

namespace {

constexpr std::int64_t start = 1282780800;  // 2010-08-26 00:00 UTC
constexpr std::int64_t minute = 60;

/// `n` images every `minutes`, in files 0.h5, 1.h5, ...
std::vector<RadarImage> images(std::int64_t n, std::int64_t minutes) {
  std::vector<RadarImage> result;
  for (std::int64_t i = 0; i < n; ++i) {
    RadarImage image;
    image.path = std::to_string(i) + ".h5";
    image.time = start + i * minutes * minute;
    image.grid.height = image.grid.width = 300;
    image.grid.pixel_height = image.grid.pixel_width = 1000;
    result.push_back(image);
  }
  return result;
}

NowcastMeta model(RadarQuantity quantity, double pixel_km = 1) {
  NowcastMeta result;
  result.quantity = quantity;
  result.pixel_km = pixel_km;
  return result;
}

std::vector<std::string> names(const ForecastFrames& frames) {
  std::vector<std::string> result;
  for (const RadarImage& image : frames.inputs) result.push_back(image.path.string());
  for (const auto& image : frames.truth) result.push_back(image ? image->path.string() : "-");
  return result;
}

std::string refusal(const std::vector<RadarImage>& given, const NowcastMeta& of = {},
                    std::optional<std::int64_t> time = {}) {
  const std::string told = stormsweep::refusal([&] { choose_frames(given, of, time); });
  CHECK(told.find('\n') == std::string::npos);
  return told;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("forecast frames: the last seven, a step apart, of images twice as often") {
  CHECK(names(choose_frames(images(20, 5), {}, {})) ==
        Names{"7.h5", "9.h5", "11.h5", "13.h5", "15.h5", "17.h5", "19.h5", "-", "-", "-", "-", "-", "-"});
  CHECK(names(choose_frames(images(7, 10), {}, {})) ==
        Names{"0.h5", "1.h5", "2.h5", "3.h5", "4.h5", "5.h5", "6.h5", "-", "-", "-", "-", "-", "-"});
}

TEST_CASE("forecast frames: those before a time; the images after it are the truth, as far as they go") {
  const Names expected{"0.h5", "2.h5", "4.h5", "6.h5", "8.h5", "10.h5", "12.h5", "14.h5", "16.h5", "-", "-", "-", "-"};
  CHECK(names(choose_frames(images(18, 5), {}, start + 60 * minute)) == expected);
  CHECK(names(choose_frames(images(18, 5), {}, start + 64 * minute)) == expected);  // the last one not after it
  auto holed = images(30, 5);
  holed.erase(holed.begin() + 18);
  CHECK(names(choose_frames(holed, {}, start + 60 * minute)) == Names{"0.h5", "2.h5", "4.h5", "6.h5", "8.h5", "10.h5",
                                                                      "12.h5", "14.h5", "16.h5", "-", "20.h5", "22.h5",
                                                                      "24.h5"});
}

TEST_CASE("forecast frames: times some seconds off the clock, as prepare takes them") {
  auto late = images(20, 5);
  for (std::size_t i = 0; i < late.size(); ++i) late[i].time += static_cast<std::int64_t>(i * 7 % 9) - 4;
  CHECK(names(choose_frames(late, {}, {})) ==
        Names{"7.h5", "9.h5", "11.h5", "13.h5", "15.h5", "17.h5", "19.h5", "-", "-", "-", "-", "-", "-"});
  late[12].time = start + 60 * minute + 4;
  CHECK(names(choose_frames(late, {}, start + 60 * minute)) ==
        Names{"0.h5", "2.h5", "4.h5", "6.h5", "8.h5", "10.h5", "12.h5", "14.h5", "16.h5", "18.h5", "-", "-", "-"});
  late[8].time -= 40;
  CHECK(refusal(late, {}, start + 60 * minute).find("no image of 2010-08-26 00:40:04 UTC") != std::string::npos);
}

TEST_CASE("forecast frames: pixels finer than the model's are to be averaged") {
  auto fine = images(7, 10);
  for (RadarImage& image : fine) image.grid.pixel_height = image.grid.pixel_width = 500;
  CHECK(choose_frames(fine, {}, {}).block == 2);
  CHECK(choose_frames(images(7, 10), {}, {}).block == 1);
  CHECK(choose_frames(images(7, 10), model(RadarQuantity::rain_rate, 2), {}).block == 2);
}

TEST_CASE("forecast frames: sequences are not joined") {
  auto both = images(9, 10);
  for (std::size_t i = 0; i < 9; ++i)
    both.push_back(both[i]), both.back().sequence = 1, both.back().time += 40 * minute;
  const ForecastFrames frames = choose_frames(both, {}, {});
  CHECK(std::ranges::all_of(frames.inputs, [](const RadarImage& image) { return image.sequence == 1; }));
  const ForecastFrames earlier = choose_frames(both, {}, start + 60 * minute + 1);
  CHECK(earlier.inputs.back().sequence == 0);
  CHECK(!earlier.truth[2]);  // there only in the other sequence
}

TEST_CASE("forecast frames: what does not fit is refused, naming file, times and remedy") {
  CHECK(refusal(images(6, 10)) ==
        "5.h5: no image of 2010-08-25 23:50:00 UTC beside it; a forecast from 2010-08-26 00:50:00 UTC takes 7 images, "
        "10 minutes apart");
  auto holed = images(20, 5);
  holed.erase(holed.begin() + 13);
  CHECK(refusal(holed).find("no image of 2010-08-26 01:05:00 UTC") != std::string::npos);
  CHECK(refusal(images(20, 15)) ==
        "0.h5: images 15 minutes apart do not fit the model's step of 10 minutes; give images at that step, or at a "
        "whole part of it");
  CHECK(refusal(images(20, 10), model(RadarQuantity::vil)) ==
        "0.h5: holds rain_rate, but the model was trained on vil; give images of that, or another model");
  CHECK(refusal(images(20, 10), model(RadarQuantity::rain_rate, 0.4))
            .starts_with("0.h5: has pixels of 1 km, but the model was trained at 0.4"));
  CHECK(refusal(images(20, 10), {}, start - 61).starts_with("0.h5: no image at or before 2010-08-25 23:58:59 UTC"));
  CHECK(refusal(images(8, 10), {}, start + 80 * minute)
            .starts_with("7.h5: the last image before 2010-08-26 01:20:00 UTC is of 2010-08-26 01:10:00 UTC"));
  auto unknown = images(7, 10);
  for (RadarImage& image : unknown) image.grid.pixel_height = image.grid.pixel_width = 0;
  CHECK(refusal(unknown, model(RadarQuantity::rain_rate, 2)) == "");
}

TEST_CASE("forecast frames: averaged; the corners of the remaining part follow from the projection") {
  const TemporaryFolder folder;
  {
    Hdf5Maker file(folder / "a.h5");
    file.attribute("what", "object", std::string("COMP"));
    file.attribute("what", "date", std::string("20210704"));
    file.attribute("what", "time", std::string("155000"));
    file.attribute("where", "projdef", std::string("+proj=longlat +datum=WGS84"));
    file.attribute("where", "xscale", 1.0);
    file.attribute("where", "yscale", 1.0);
    file.attribute("where", "UL_lon", 10.0);
    file.attribute("where", "UL_lat", 60.0);
    file.attribute("dataset1/data1/what", "quantity", std::string("RATE"));
    file.dataset("dataset1/data1", "data", H5T_IEEE_F32LE, {3, 5}, {1, 3, 0, 0, 9, 5, 7, 0, 0, 9, 9, 9, 9, 9, 9});
  }
  ImpossibleRain impossible;
  const RadarFrame frame = read_averaged(list_radar_images(folder / "a.h5")[0], 2, impossible);
  CHECK(frame.values == std::vector<float>{4, 0});
  CHECK(frame.grid.corners[0] == std::array{10.0, 58.0});
  CHECK(frame.grid.corners[2] == std::array{14.0, 60.0});
}

TEST_CASE("forecast frames: impossible rain is reported, and clamped as for training before it is averaged") {
  const TemporaryFolder folder;
  impossible_file().write(folder / "a.h5");
  const RadarImage image = list_radar_images(folder / "a.h5")[0];
  ImpossibleRain impossible;
  CHECK(read_averaged(image, 1, impossible).values == std::vector<float>{0, 0, 655.34f, 0, 0, 0, 655.34f, 0});
  const std::vector<float> halves = read_averaged(image, 2, impossible).values;
  CHECK(halves[0] == 0);
  CHECK(halves[1] == doctest::Approx(327.67));
  REQUIRE(impossible.lines().size() == 1);
  CHECK(impossible.lines()[0].find("a.h5 and 1 more images: 6 values cannot be rain: from -12000 to 12000 mm/h") !=
        std::string::npos);
}
