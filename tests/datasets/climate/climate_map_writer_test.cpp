#include "datasets/climate/climate_map_writer.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "datasets/files/netcdf.hpp"
#include "search/base/error.hpp"
#include "tests/folder.hpp"
#include "tests/full_disk.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;

namespace {

std::vector<double> numbers(const netcdf::File& file, const std::string& name) {
  return file.read(*file.variable(name));
}

}  // namespace

TEST_CASE("monthly maps are written after the CF conventions, and read back") {
  const TemporaryFolder folder;
  std::vector<float> tas, pr;
  for (int i = 0; i < 12; ++i)
    tas.push_back(280.5f + static_cast<float>(i)), pr.push_back(0.25f * static_cast<float>(i));
  const ClimateMaps maps{.grid = {{-45, 45}, {90, 270}},
                         .begin = month_of(2015, 12),
                         .months = 3,
                         .fields = {{"tas", "K", tas}, {"pr", "mm/day", pr}},
                         .title = "ssp585, emulated",
                         .source = "a model"};
  write_climate_maps(folder / "maps.nc", maps);
  std::string problem;
  const auto file = netcdf::File::open(folder / "maps.nc", problem);
  REQUIRE_MESSAGE(file, problem);
  // 2015-12-01 is day 16770; December has 31 days, so has January, and February of 2016 has 29.
  CHECK(numbers(*file, "time_bounds") == std::vector<double>{16770, 16801, 16801, 16832, 16832, 16861});
  CHECK(numbers(*file, "time") == std::vector<double>{16785.5, 16816.5, 16846.5});
  CHECK(file->text(*file->variable("time"), "units") == "days since 1970-01-01");
  CHECK(numbers(*file, "latitude") == std::vector<double>{-45, 45});
  CHECK(numbers(*file, "longitude") == std::vector<double>{90, 270});
  const auto variable = *file->variable("tas");
  CHECK(variable.dimensions == std::vector<std::string>{"time", "latitude", "longitude"});
  CHECK(file->text(variable, "units") == "K");
  CHECK(file->text(variable, "standard_name") == "air_temperature");
  CHECK(numbers(*file, "tas") == std::vector<double>(tas.begin(), tas.end()));
  CHECK(numbers(*file, "pr") == std::vector<double>(pr.begin(), pr.end()));
  CHECK(file->text(file->globals(), "title") == "ssp585, emulated");
  CHECK_THROWS_AS(write_climate_maps(folder / "nowhere/maps.nc", maps), InputError);
}

TEST_CASE("maps that the disk does not take are refused with its reason, and leave no file") {
  const TemporaryFolder folder;
  const std::vector<float> tas(4, 280.5f);
  const ClimateMaps maps{.grid = {{-45, 45}, {90, 270}},
                         .begin = 0,
                         .months = 1,
                         .fields = {{"tas", "K", tas}},
                         .title = "",
                         .source = ""};
  std::string message;
  {
    const FullDisk disk(4096);
    message = refusal([&] { write_climate_maps(folder / "maps.nc", maps); });
  }
  CHECK(message.starts_with((folder / "maps.nc").string() + ": cannot be written (File too large); "));
  CHECK(std::filesystem::is_empty(folder.path()));
}
