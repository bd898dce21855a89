#include "datasets/climate/climate_source.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "search/base/error.hpp"
#include "tests/datasets/climate/climate_file_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("a climate source: months, a grid from south to north and from 0 to 360 E, maps on it") {
  const TemporaryFolder folder;
  ClimateFileMaker maker;
  SUBCASE("as it is") {}
  SUBCASE("from north to south") {
    maker.latitudes = {67.5, 22.5, -22.5, -67.5};
  }
  SUBCASE("from 180 W") {
    maker.longitudes = {-180, -120, -60, 0, 60, 120};
  }
  maker.value = [](ClimateMonth month, double latitude, double longitude) {
    return latitude + std::fmod(longitude + 360, 360) + 1000 * (month - month_of(2015, 1));
  };
  maker.write(folder / "tas.nc");
  ClimateSource source(folder / "tas.nc", "tas", "");
  CHECK_FALSE(source.global());
  CHECK(source.grid().latitudes == std::vector<double>{-67.5, -22.5, 22.5, 67.5});
  CHECK(source.grid().longitudes == std::vector<double>{0, 60, 120, 180, 240, 300});
  REQUIRE(source.months().size() == 24);
  CHECK(source.months()[0] == month_of(2015, 1));
  CHECK(source.months()[23] == month_of(2016, 12));
  const auto map = source.read(2);
  CHECK(map[0] == 2000 - 67.5f);
  CHECK(map[3 * 6 + 5] == 2000 + 67.5f + 300);
  source.close();
  CHECK(source.read(2) == map);
  CHECK(source.unit() == "K");
}

TEST_CASE("a climate source: a last column that is the first one again is left out") {
  const TemporaryFolder folder;
  ClimateFileMaker maker;
  maker.value = [](ClimateMonth, double latitude, double longitude) {
    return latitude + std::fmod(longitude + 360, 360);
  };
  maker.write(folder / "plain.nc");
  ClimateSource plain(folder / "plain.nc", "tas", "");
  CHECK_FALSE(plain.cyclic());
  for (const auto& longitudes : {std::vector<double>{0, 60, 120, 180, 240, 300, 360},
                                 {-180, -120, -60, 0, 60, 120, 180},
                                 {360, 300, 240, 180, 120, 60, 0}}) {
    maker.longitudes = longitudes;
    maker.write(folder / "cyclic.nc");
    ClimateSource cyclic(folder / "cyclic.nc", "tas", "");
    CHECK(cyclic.cyclic());
    CHECK(bool{cyclic.grid() == plain.grid()});
    CHECK(cyclic.read(2) == plain.read(2));
  }
}

TEST_CASE("a climate source: a mean belongs to the month of its bounds; numbers of the Earth; missing values") {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "co2.nc");
    maker.dimension("time", 2), maker.dimension("bnds", 2);
    maker.variable("time", NC_DOUBLE, {"time"}, {31, 59},
                   {{"units", "days since 2015-01-01"}, {"calendar", "noleap"}, {"bounds", "time_bnds"}});
    maker.variable("time_bnds", NC_DOUBLE, {"time", "bnds"}, {0, 31, 31, 59});
    maker.variable("CO2", NC_DOUBLE, {"time"}, {400, -999}, {{"units", "ppm"}}, {{"_FillValue", {-999}}});
  }
  ClimateSource source(folder / "co2.nc", "CO2", "");
  CHECK(source.global());
  CHECK(source.months() == std::vector<ClimateMonth>{month_of(2015, 1), month_of(2015, 2)});
  CHECK(source.read(0) == std::vector<float>{400});
  CHECK(std::isnan(source.read(1)[0]));
}

TEST_CASE("a climate source: bounds in a unit and calendar of their own, as xarray writes them, give the same months") {
  const TemporaryFolder folder;
  std::vector<double> middles, ends;
  for (const double length : {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}) {
    const double begin = ends.empty() ? 0 : ends.back();
    ends.insert(ends.end(), {begin, begin + length});
    middles.push_back(begin + length / 2 - 15.5);  // from the middle of January on
  }
  for (const NetcdfMaker::Texts& own : {NetcdfMaker::Texts{{"units", "days since 2015-01-01"}},
                                        {{"units", "days since 2015-01-01"}, {"calendar", "365_day"}}}) {
    {
      NetcdfMaker maker(folder / "co2.nc");
      maker.dimension("time", 12), maker.dimension("bnds", 2);
      maker.variable("time", NC_DOUBLE, {"time"}, middles,
                     {{"units", "days since 2015-01-16 12:00:00"}, {"calendar", "noleap"}, {"bounds", "time_bnds"}});
      maker.variable("time_bnds", NC_DOUBLE, {"time", "bnds"}, ends, own);
      maker.variable("CO2", NC_DOUBLE, {"time"}, std::vector<double>(12, 400), {{"units", "ppm"}});
    }
    const ClimateSource source(folder / "co2.nc", "CO2", "");
    for (int month = 0; month < 12; ++month)
      CHECK(source.months()[static_cast<std::size_t>(month)] == month_of(2015, 1) + month);
  }
}

TEST_CASE("a climate source: bounds that are missing matter where stamps lie between two months") {
  const TemporaryFolder folder;
  const auto write = [&](const std::vector<double>& days) {
    NetcdfMaker maker(folder / "co2.nc");
    maker.dimension("time", days.size());
    maker.variable("time", NC_DOUBLE, {"time"}, days, {{"units", "days since 2015-01-01"}, {"bounds", "time_bnds"}});
    maker.variable("CO2", NC_DOUBLE, {"time"}, std::vector<double>(days.size(), 400), {{"units", "ppm"}});
  };
  write({31, 59, 90});
  CHECK_THROWS_WITH_AS(ClimateSource(folder / "co2.nc", "CO2", ""),
                       ((folder / "co2.nc").string() +
                        ": CO2 is stamped on the first of months, and the bounds of its time are missing, which tell "
                        "whether those before are meant; keep time_bnds")
                           .c_str(),
                       InputError);
  write({15.5, 45, 74.5});
  CHECK(ClimateSource(folder / "co2.nc", "CO2", "").months().back() == month_of(2015, 3));
}

TEST_CASE("a climate source: bounds that are there and cannot be read are refused") {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "co2.nc");
    maker.dimension("time", 1), maker.dimension("bnds", 2);
    maker.variable("time", NC_DOUBLE, {"time"}, {31}, {{"units", "days since 2015-01-01"}, {"bounds", "time_bnds"}});
    maker.variable("time_bnds", NC_CHAR, {"time", "bnds"}, {});  // libnetcdf makes no numbers of letters
    maker.variable("CO2", NC_DOUBLE, {"time"}, {400}, {{"units", "ppm"}});
  }
  CHECK_THROWS_WITH_AS(
      ClimateSource(folder / "co2.nc", "CO2", ""),
      ((folder / "co2.nc").string() + ": time_bnds cannot be read; the file may be cut short: fetch it again").c_str(),
      InputError);
}

TEST_CASE("a climate source: members, and coordinates by name alone, as xarray writes a store of the course") {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "course.nc");
    maker.dimension("time", 1), maker.dimension("member_id", 2), maker.dimension("y", 2), maker.dimension("x", 2);
    maker.variable("time", NC_INT64, {"time"}, {14}, {{"units", "days since 2015-01-01"}});
    maker.variable("member_id", NC_INT64, {"member_id"}, {1, 3});
    maker.variable("y", NC_DOUBLE, {"y"}, {-45, 45}), maker.variable("x", NC_DOUBLE, {"x"}, {90, 270});
    maker.variable("ssp", NC_INT, {}, {0});
    maker.variable("tas", NC_DOUBLE, {"time", "member_id", "y", "x"}, {1, 2, 3, 4, 5, 6, 7, 8});
    maker.variable("turned", NC_DOUBLE, {"x", "y", "member_id", "time"}, {1, 5, 3, 7, 2, 6, 4, 8});
  }
  for (const char* name : {"tas", "turned"}) {
    CAPTURE(name);
    CHECK(ClimateSource(folder / "course.nc", name, "").read(0) == std::vector<float>{1, 2, 3, 4});
    CHECK(ClimateSource(folder / "course.nc", name, "3").read(0) == std::vector<float>{5, 6, 7, 8});
  }
  CHECK(ClimateSource(folder / "course.nc", "tas", "1").members() == 2);
  CHECK_THROWS_WITH_AS(ClimateSource(folder / "course.nc", "tas", "2"),
                       ((folder / "course.nc").string() + ": tas has no member 2; its members are 1, 3").c_str(),
                       InputError);
}

TEST_CASE("a climate source: members that are texts, of one length or of any") {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("time", 1), maker.dimension("member", 2), maker.dimension("letters", 9);
    maker.variable("time", NC_INT, {"time"}, {14}, {{"units", "days since 2015-01-01"}});
    maker.variable("tas", NC_DOUBLE, {"time", "member"}, {1, 2});
    int number = 0;
    const int fixed[] = {1, 2}, any[] = {1};
    REQUIRE(nc_def_var(maker.place(), "member", NC_CHAR, 2, fixed, &number) == NC_NOERR);
    nc_enddef(maker.place());
    REQUIRE(nc_put_var_text(maker.place(), number, "r1i1p1f1\0r10i1p1f2") == NC_NOERR);
    NetcdfMaker other(folder / "b.nc");
    other.dimension("time", 1), other.dimension("member", 2);
    other.variable("time", NC_INT, {"time"}, {14}, {{"units", "days since 2015-01-01"}});
    other.variable("tas", NC_DOUBLE, {"time", "member"}, {1, 2});
    REQUIRE(nc_def_var(other.place(), "member", NC_STRING, 1, any, &number) == NC_NOERR);
    const char* names[] = {"r1i1p1f1", "r10i1p1f2"};
    nc_enddef(other.place());
    REQUIRE(nc_put_var_string(other.place(), number, names) == NC_NOERR);
  }
  for (const char* name : {"a.nc", "b.nc"}) {
    CAPTURE(name);
    CHECK(ClimateSource(folder / name, "tas", "r1i1p1f1").read(0) == std::vector<float>{1});
    CHECK(ClimateSource(folder / name, "tas", "r10i1p1f2").read(0) == std::vector<float>{2});
    CHECK_THROWS_WITH_AS(
        ClimateSource(folder / name, "tas", "0"),
        ((folder / name).string() + ": tas has no member 0; its members are r1i1p1f1, r10i1p1f2").c_str(), InputError);
  }
}

TEST_CASE("climate files that cannot be used are refused in one line with the remedy") {
  const TemporaryFolder folder;
  const auto path = folder / "f.nc";
  const auto refused_for = [&](const std::string& problem) {
    std::string message;
    try {
      ClimateSource(path, "tas", "");
    } catch (const InputError& error) {
      message = error.what();
    }
    CAPTURE(message);
    CHECK(message.starts_with(path.string() + ": "));
    CHECK(message.find(problem) != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
  };
  ClimateFileMaker maker;
  SUBCASE("missing") {
    refused_for("cannot be read as NetCDF (no such file); give a NetCDF file");
  }
  SUBCASE("not NetCDF") {
    std::ofstream(path) << "warm\n";
    refused_for("cannot be read as NetCDF");
  }
  SUBCASE("without the variable") {
    maker.name = "ts";
    maker.write(path);
    refused_for("has no variable tas; name one by \"variable\": it has lat, lon, time, ts");
  }
  SUBCASE("of a part of the Earth") {
    maker.latitudes = {0, 10, 20, 30};
    maker.write(path);
    refused_for("covers 0 to 30 N and 0 to 300 E alone; give maps of the whole Earth");
  }
  SUBCASE("of half a circle") {
    maker.longitudes = {0, 30, 60, 90, 120, 150};
    maker.write(path);
    refused_for("0 to 150 E alone");
  }
  SUBCASE("with a column twice") {
    maker.longitudes = {0, 60, 60, 120, 180, 240, 300};
    maker.write(path);
    refused_for("tas has 60 degrees twice along lon; give a grid with each lon once");
  }
  SUBCASE("with a row twice") {
    maker.latitudes = {-67.5, -22.5, 22.5, 22.5, 67.5};
    maker.write(path);
    refused_for("tas has 22.5 degrees twice along lat");
  }
  SUBCASE("with metres for degrees") {
    maker.latitudes = {-6e6, -2e6, 2e6, 6e6};
    maker.write(path);
    refused_for("has no degrees along lat, where they are to be");
  }
  SUBCASE("unstructured, as ICON's") {
    NetcdfMaker icon(path);
    icon.dimension("time", 1), icon.dimension("cell", 5);
    icon.variable("time", NC_DOUBLE, {"time"}, {14}, {{"units", "days since 2015-01-01"}});
    icon.variable("tas", NC_DOUBLE, {"time", "cell"}, {1, 2, 3, 4, 5}, {{"units", "K"}});
    refused_for(
        "tas lies on (time, cell), which are no latitudes and longitudes: an unstructured grid; remap it first, "
        "as with 'cdo remapcon,r72x36 in.nc out.nc'");
  }
  SUBCASE("without coordinates") {
    NetcdfMaker bare(path);
    bare.dimension("time", 1), bare.dimension("lat", 2), bare.dimension("lon", 2);
    bare.variable("time", NC_DOUBLE, {"time"}, {14}, {{"units", "days since 2015-01-01"}});
    bare.variable("tas", NC_DOUBLE, {"time", "lat", "lon"}, {1, 2, 3, 4}, {{"units", "K"}});
    refused_for("tas has no coordinates along lat; give a file with latitudes and longitudes");
  }
  SUBCASE("without time") {
    NetcdfMaker still(path);
    still.dimension("lat", 2), still.dimension("lon", 2);
    still.variable("tas", NC_DOUBLE, {"lat", "lon"}, {1, 2, 3, 4}, {{"units", "K"}});
    refused_for("tas has no time; give a file with a time coordinate");
  }
  SUBCASE("of several scenarios") {
    NetcdfMaker all(path);
    all.dimension("ssp", 2), all.dimension("time", 1), all.dimension("y", 1), all.dimension("x", 1);
    all.variable("time", NC_DOUBLE, {"time"}, {14}, {{"units", "days since 2015-01-01"}});
    all.variable("tas", NC_DOUBLE, {"ssp", "time", "y", "x"}, {1, 2});
    refused_for("tas has 2 places along ssp; save one file for each");
  }
}
