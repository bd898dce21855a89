#include "datasets/climate/climate_set.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "search/base/error.hpp"
#include "tests/datasets/climate/climate_maker.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

TEST_CASE("a climate set comes back as it was written") {
  const TemporaryFolder folder;
  write_climate(folder / "c.h5");
  const ClimateSet set(folder / "c.h5");
  const ClimateLayout wanted = small_climate(), &got = set.layout();
  CHECK((got.grid == wanted.grid));
  CHECK((got.forcings == wanted.forcings));  // brackets: doctest cannot print them
  CHECK((got.targets == wanted.targets));
  REQUIRE(got.scenarios.size() == 2);
  CHECK(got.scenarios[1].name == "high");
  CHECK(got.scenarios[1].begin == month_of(2020, 3));
  CHECK(got.scenarios[1].months() == 20);
  CHECK(got.scenarios[1].frame == 30);
  REQUIRE(got.runs.size() == 3);
  CHECK(got.runs[1].member == "r2");
  CHECK(got.runs[2].scenario == 1);
  CHECK(got.runs[2].frame == 36);
  CHECK(set.forcing(0, 49).size() == 1);
  CHECK(set.forcing(0, 49)[0] == 490);
  CHECK(set.forcing(1, 7)[5] == 1075);
  CHECK(set.target(0, 51)[0] == 5510);
  CHECK(set.target(1, 3)[2] == 6032);
  CHECK(set.provenance() == "test");
  CHECK(reinterpret_cast<std::uintptr_t>(set.target(0, 0).data()) % 4096 == 0);  // pages that ranks share
}

TEST_CASE("a climate set may hold forcings alone") {
  const TemporaryFolder folder;
  ClimateLayout layout = small_climate();
  layout.runs.clear();
  write_climate(folder / "c.h5", layout);
  const ClimateSet set(folder / "c.h5");
  CHECK(set.layout().runs.empty());
  CHECK((set.layout().targets == layout.targets));
  CHECK(set.forcing(1, 7)[5] == 1075);
}

TEST_CASE("the fingerprint of a climate set is that of the contents") {
  const TemporaryFolder folder;
  const auto fingerprint_of = [&](const ClimateLayout& layout) {
    write_climate(folder / "c.h5", layout);
    return fingerprint(ClimateSet(folder / "c.h5"));
  };
  const std::string same = fingerprint_of(small_climate());
  CHECK(same.size() == 32);
  CHECK(same == fingerprint_of(small_climate()));
  ClimateLayout other = small_climate();
  SUBCASE("statistics") {
    other.targets[0].statistics.mean = 281;
  }
  SUBCASE("a name") {
    other.runs[1].member = "r3";
  }
  SUBCASE("when") {
    other.scenarios[0].begin += 12, other.scenarios[0].end += 12;
  }
  SUBCASE("where") {
    other.grid.latitudes[0] = -44;
  }
  CHECK(same != fingerprint_of(other));
}

TEST_CASE("a climate writer that does not publish leaves nothing, and keeps what was there") {
  const TemporaryFolder folder;
  write_climate(folder / "c.h5");
  { ClimateWriter(folder / "c.h5", small_climate()).write_forcing(0, 0, std::vector<float>{1, 2}); }
  CHECK(ClimateSet(folder / "c.h5").forcing(0, 1)[0] == 10);
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("climate sets that cannot be used are refused in one line with the remedy") {
  const TemporaryFolder folder;
  const fs::path path = folder / "c.h5";
  const auto refused_for = [&](const std::string& problem) {
    std::string message;
    try {
      ClimateSet set(path);
    } catch (const InputError& error) {
      message = error.what();
    }
    CAPTURE(message);
    CHECK(message.starts_with(path.string() + ": "));
    CHECK(message.find(problem) != std::string::npos);
    CHECK(message.find("make it again with stormsweep prepare emulator") != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
  };
  ClimateLayout layout = small_climate();
  SUBCASE("missing") {
    refused_for("no such file");
  }
  SUBCASE("not HDF5") {
    std::ofstream(path) << "warm\n";
    refused_for("not an HDF5 file");
  }
  SUBCASE("cut short") {
    write_climate(path);
    fs::resize_file(path, fs::file_size(path) / 2);
    refused_for("cut short");
  }
  SUBCASE("of another version") {
    Hdf5Maker(path).attribute("/", "format_version", 9);
    refused_for("format_version is 9, not 1");
  }
  SUBCASE("of another kind") {
    Hdf5Maker(path).attribute("/", "format_version", 1);
    refused_for("has no dataset latitude");
  }
  SUBCASE("without statistics") {
    layout.targets[1].statistics.deviation = 0;
    write_climate(path, layout);
    refused_for("pr's mean or deviation is missing or not finite and positive");
  }
  SUBCASE("upside down") {
    layout.grid.latitudes = {45, -45};
    write_climate(path, layout);
    refused_for("latitude and longitude do not ascend");
  }
  SUBCASE("a run of no scenario") {
    layout.runs[0].scenario = 2;
    write_climate(path, layout);
    refused_for("a run belongs to no scenario");
  }
  SUBCASE("a run without months") {
    layout.runs[0].end = layout.runs[0].begin;
    layout.count_frames();
    write_climate(path, layout);
    refused_for("a run without months");
  }
}
