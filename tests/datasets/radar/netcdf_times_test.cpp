#include "datasets/radar/netcdf_times.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "tests/datasets/netcdf_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
using radar::NetcdfTimes;

namespace {

using Texts = NetcdfMaker::Texts;

const Texts minutes{{"units", "minutes since 2020-02-29 23:00:00"}};
constexpr std::int64_t eleven = 1583017200;  // 2020-02-29 23:00 UTC

/// The times of a file with a field "rain" of this unit, [time, y, x] where there is a dimension time, and with what
/// `add` writes.
NetcdfTimes times(const std::string& unit, std::size_t images, const std::function<void(NetcdfMaker&)>& add,
                  Texts texts = {}) {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("y", 2), maker.dimension("x", 3), maker.dimension("two", 2);
    if (images > 0) maker.dimension("time", images);
    texts["units"] = unit;
    maker.variable("rain", NC_FLOAT,
                   images > 0 ? std::vector<std::string>{"time", "y", "x"} : std::vector<std::string>{"y", "x"}, {},
                   texts);
    add(maker);
  }
  const netcdf::File file = open_netcdf(folder / "a.nc");
  return radar::times_of(file, "a.nc", *radar::as_rain(file, *file.variable("rain")));
}

void check_refused(const std::string& unit, std::size_t images, const std::function<void(NetcdfMaker&)>& add,
                   const char* line) {
  CHECK_THROWS_WITH_AS(times(unit, images, add), doctest::Contains(line), InputError);
}

}  // namespace

TEST_CASE("NetCDF times: a packed time, and valid_time before time") {
  const NetcdfTimes found = times("mm/h", 2, [](NetcdfMaker& maker) {
    maker.variable("time", NC_INT, {"time"}, {0, 0}, minutes);
    maker.variable("valid_time", NC_SHORT, {"time"}, {1, 2}, minutes, {{"scale_factor", {5}}, {"add_offset", {10}}});
  });
  CHECK(found.valid == std::vector<std::int64_t>{eleven + 900, eleven + 1200});
  CHECK(found.hours == std::vector<double>{1, 1});
}

TEST_CASE("NetCDF times: amounts within bounds hold at their ends") {
  const Texts bounded{{"units", minutes.at("units")}, {"bounds", "time_bnds"}};
  for (const bool pairs : {true, false}) {
    const NetcdfTimes found = times("mm", 3, [&](NetcdfMaker& maker) {
      maker.variable("time", NC_DOUBLE, {"time"}, {15, 45, 75}, bounded);
      if (pairs)
        maker.variable("time_bnds", NC_DOUBLE, {"time", "two"}, {0, 30, 30, 60, 60, 90});
      else
        maker.variable("time_bnds", NC_DOUBLE, {"two", "time"}, {0, 30, 60, 30, 60, 90});
    });
    CHECK(found.valid == std::vector<std::int64_t>{eleven + 1800, eleven + 3600, eleven + 5400});
    CHECK(found.hours == std::vector<double>{0.5, 0.5, 0.5});
  }
  const NetcdfTimes rate = times("mm/h", 1, [&](NetcdfMaker& maker) {
    maker.variable("time", NC_DOUBLE, {"time"}, {15}, bounded);
    maker.variable("time_bnds", NC_DOUBLE, {"time", "two"}, {0, 30});
  });
  CHECK(rate.valid[0] == eleven + 900);
}

TEST_CASE("NetCDF times: amounts that do not say since when they fell") {
  const NetcdfTimes found = times("mm", 3, [](NetcdfMaker& maker) {
    maker.variable("time", NC_DOUBLE, {"time"}, {10, 20, 50}, minutes);
  });
  CHECK(found.hours == std::vector<double>{0, 0, 0});
}

TEST_CASE("NetCDF times: from the file's own attributes") {
  const NetcdfTimes crr = times("mm/h", 0, [](NetcdfMaker& maker) {
    maker.global("nominal_product_time", "2020-02-29T23:00:00Z");
    maker.global("time_coverage_end", "2020-02-29T23:12:00Z");
  });
  CHECK(crr.valid == std::vector<std::int64_t>{eleven});
  const NetcdfTimes trmm = times("mm", 0, [](NetcdfMaker& maker) {
    maker.global("BeginDate", "2020-02-28"), maker.global("BeginTime", "23:00:00.000Z");
    maker.global("EndDate", "2020-02-29"), maker.global("EndTime", "22:59:59.999Z");
  });
  CHECK(trmm.valid == std::vector<std::int64_t>{eleven});
  CHECK(trmm.hours == std::vector<double>{24});
}

TEST_CASE("NetCDF times: one amount, as long as cell_methods says") {
  for (const char* const methods : {"time: sum (interval: 5 min)", "area: mean time: sum ( interval:   5 min  )"}) {
    CAPTURE(methods);
    const NetcdfTimes found =
        times("kg m-2", 1, [](NetcdfMaker& maker) { maker.variable("time", NC_DOUBLE, {"time"}, {0}, minutes); },
              {{"cell_methods", methods}});
    CHECK(found.hours[0] == doctest::Approx(1 / 12.));
  }
}

TEST_CASE("NetCDF times: what cannot be dated is refused") {
  check_refused(
      "mm/h", 2, [](NetcdfMaker&) {}, "a.nc: rain has no time; give a variable time or valid_time");
  check_refused(
      "mm", 1,
      [](NetcdfMaker& maker) {
        maker.variable("time", NC_DOUBLE, {"time"}, {0}, minutes);
        maker.variable("start_time", NC_DOUBLE, {}, {5}, minutes);
      },
      "an amount of rain does not end after it begins; mend start_time");
  check_refused(
      "mm/h", 1,
      [](NetcdfMaker& maker) {
        maker.variable("time", NC_DOUBLE, {"time"}, {0}, {{"units", "days since 2000-01-01"}, {"calendar", "360_day"}});
      },
      "a.nc: time: its units are 'days since 2000-01-01' in the calendar '360_day'");
}
