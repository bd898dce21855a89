// Amounts of rain, and since when they fell.
#include "datasets/radar/radar_grib.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "datasets/radar/radar_archive.hpp"
#include "datasets/radar/radar_files.hpp"
#include "search/base/error.hpp"
#include "tests/datasets/radar/grib_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

/// tp in millimetres over an interval of minutes after 12:00, `begin` to `end`.
void write_minutes(const fs::path& path, long begin, long end, double millimetres) {
  GribMaker maker;
  maker.set("productDefinitionTemplateNumber", 8L);
  maker.set("shortName", "tp");
  for (const auto& [key, value] : std::map<const char*, long>{{"indicatorOfUnitOfTimeRange", 0},
                                                              {"forecastTime", begin},
                                                              {"indicatorOfUnitForTimeRange", 0},
                                                              {"lengthOfTimeRange", end - begin},
                                                              {"yearOfEndOfOverallTimeInterval", 2020},
                                                              {"monthOfEndOfOverallTimeInterval", 2},
                                                              {"dayOfEndOfOverallTimeInterval", 29},
                                                              {"hourOfEndOfOverallTimeInterval", 12 + end / 60},
                                                              {"minuteOfEndOfOverallTimeInterval", end % 60},
                                                              {"secondOfEndOfOverallTimeInterval", 0}})
    maker.set(key, value);
  maker.write(path, std::vector<double>(6, millimetres / 1000));
}

RadarArchive archive(const std::vector<fs::path>& paths) {
  return list_archive(paths, "", false, [](std::int64_t, std::int64_t) {});
}

std::vector<double> rates(const RadarArchive& all) {
  std::vector<double> found;
  for (const RadarImage& image : all.images) found.push_back(read_radar_image(image).values[0]);
  return found;
}

}  // namespace

TEST_CASE("GRIB: amounts without an interval fell since the image before") {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, const char* step, double millimetres) {
    GribMaker maker;
    maker.set("productDefinitionTemplateNumber", 8L);
    maker.set("shortName", "tp");
    maker.set("stepRange", step);
    maker.write(folder / name, std::vector<double>(6, millimetres / 1000));
  };
  write("a", "3-3", 6), write("a", "1-1", 4), write("a", "2-2", 4);
  const RadarArchive found = archive({folder / "a"});
  CHECK(found.images[2].time - found.images[1].time == 3600);
  const auto rate = rates(found);
  REQUIRE(rate.size() == 3);
  CHECK(rate[0] == doctest::Approx(4).epsilon(0.001));
  CHECK(rate[2] == doctest::Approx(6).epsilon(0.001));
  CHECK(found.notes[0].find("they are taken as those since the image before, 1 h") != std::string::npos);
  write("c", "1-1", 4);
  CHECK_THROWS_WITH_AS(archive({folder / "c"}), doctest::Contains("holds amounts, but not since when"), InputError);
}

TEST_CASE("GRIB: amounts of minutes, which ecCodes does not turn into hours, one per file or all in one") {
  const TemporaryFolder folder;
  for (long i = 0; i < 3; ++i) {
    for (const std::string& name : {std::string("all"), "5min" + std::to_string(i)})
      write_minutes(folder / name, 5 * i, 5 * i + 5, static_cast<double>(i + 1));
  }
  for (const auto& paths : {std::vector{folder / "all"}, {folder / "5min2", folder / "5min0", folder / "5min1"}}) {
    const RadarArchive found = archive(paths);
    CHECK(found.notes.empty());
    const auto rate = rates(found);
    REQUIRE(rate.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(found.images[i].time == 1582977600 + 300 * static_cast<std::int64_t>(i + 1));
      CHECK(rate[i] == doctest::Approx(12 * (i + 1)).epsilon(0.001));
    }
  }
}

TEST_CASE("GRIB: amounts since a forecast's begin are refused, in one file or one a file, the empty first one or not") {
  const TemporaryFolder folder;
  for (long i = 0; i < 4; ++i) {
    write_minutes(folder / "all", 0, 15 * i, static_cast<double>(i));
    write_minutes(folder / ("step" + std::to_string(i)), 0, 15 * i, static_cast<double>(i));
  }
  const std::vector<fs::path> steps{folder / "step0", folder / "step1", folder / "step2", folder / "step3"};
  for (const auto& paths : {std::vector{folder / "all"}, steps, {steps[1], steps[2]}})
    CHECK_THROWS_WITH_AS(archive(paths), doctest::Contains("tp in 0.5 h begins with that in 0.25 h of "), InputError);
  write_minutes(folder / "next", 15, 30, 3);
  const RadarArchive found = archive({steps[0], steps[1], folder / "next"});
  CHECK(rates(found)[0] == doctest::Approx(4).epsilon(0.001));
  CHECK(rates(found)[1] == doctest::Approx(12).epsilon(0.001));
  CHECK(found.notes[0] == steps[0].string() + ": tp of a moment, not of an interval, is left out");
}

TEST_CASE("GRIB: edition 1's interval, of minutes too; sums that roll on") {
  const TemporaryFolder folder;
  for (long i = 0; i < 3; ++i) {
    GribMaker maker("regular_ll_sfc_grib1");
    maker.set("shortName", "tp");
    maker.set("indicatorOfUnitOfTimeRange", 0L), maker.set("timeRangeIndicator", 4L);
    maker.set("P1", 15 * i), maker.set("P2", 15 * i + 30);
    maker.write(folder / "a", std::vector<double>(6, 0.002));
  }
  const RadarArchive found = archive({folder / "a"});
  CHECK(found.images[1].time - found.images[0].time == 900);
  const auto rate = rates(found);
  REQUIRE(rate.size() == 3);
  for (const double one : rate) CHECK(one == doctest::Approx(4).epsilon(0.001));
}
