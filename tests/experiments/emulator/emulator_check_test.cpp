#include "experiments/emulator/emulator_check.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "search/base/error.hpp"
#include "tests/experiments/emulator/emulator_world.hpp"

using namespace stormsweep;

namespace {

Space space_on(const std::map<std::string, std::filesystem::path>& data, const std::string& parameters) {
  Space space = parse_space(R"({"name": "t", "experiment": "emulator", "data": {"train": "a", "test": "b"},
                                "parameters": )" +
                                parameters + "}",
                            "t.json", "/");
  space.data = data;
  return space;
}

}  // namespace

TEST_CASE("the check tells what each split holds, how large networks are, and what there is to beat") {
  const EmulatorWorld world;
  const auto parameters = R"({"init_dim": [2, 4], "hidden": 8, "window": [12, 6]})";
  const DataCheck report = check_emulator_data(space_on(world.data(), parameters));
  CHECK(report.fingerprint.size() == 3 * 32);
  REQUIRE(report.notes.size() == 6);
  // Of two members: six years of ssp126 and ssp585, four of ssp370, each without its first.
  CHECK(report.notes[0] == "train: 312 windows of 12 months, of 6 runs on 6 x 8 cells, from 2016-01 to 2020-12");
  CHECK(report.notes[3].starts_with("the largest network has "));
  CHECK(report.notes[4].starts_with("to beat: pattern scaling has a monthly RMSE of "));
  CHECK(report.notes[5].find(" mm/day in pr on the test split, climatology ") != std::string::npos);
  auto without = world.data();
  without.erase("validation");
  const auto notes = check_emulator_data(space_on(without, parameters)).notes;
  CHECK(std::ranges::count(notes, "validation: the test months, for want of a file") == 1);
}

TEST_CASE("splits and networks that do not belong together are refused in one line") {
  const EmulatorWorld world;
  const TemporaryFolder other;
  generate_climate({.height = 8, .width = 8, .years = 6, .members = 1, .seed = 4}, other.path(), [](std::int64_t) {});
  auto mixed = world.data();
  mixed["test"] = other / "test.h5";
  CHECK_THROWS_WITH_AS(check_emulator_data(space_on(mixed, "{}")),
                       (other / "test.h5")
                           .string()
                           .append(": its latitudes and longitudes are not those of ")
                           .append((world.folder() / "train.h5").string())
                           .append("; make both in one go with stormsweep prepare emulator")
                           .c_str(),
                       InputError);
  CHECK_THROWS_WITH_AS(check_emulator_data(space_on(world.data(), R"({"window": 80})")),
                       doctest::Contains("has no month with 80 months of forcings before it; ask for a smaller window"),
                       InputError);
  const TemporaryFolder odd;
  generate_climate({.height = 7, .width = 8, .years = 6, .members = 1, .seed = 4}, odd.path(), [](std::int64_t) {});
  auto odd_sides = world.data();
  for (auto& [split, file] : odd_sides) file = odd / (split + ".h5");
  CHECK_THROWS_WITH_AS(check_emulator_data(space_on(odd_sides, "{}")),
                       doctest::Contains("maps are 7 x 8 cells, and the network takes even numbers"), InputError);
}
