#include "experiments/emulator/emulator_check.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "search/base/error.hpp"
#include "tests/experiments/emulator/emulator_world.hpp"
#include "tests/experiments/space_of.hpp"

using namespace stormsweep;

TEST_CASE("the check reports what each split holds, how large networks are, and what there is to beat") {
  const EmulatorWorld world;
  const auto parameters = R"({"init_dim": [2, 4], "hidden": 8, "window": [12, 6]})";
  const DataCheck report = check_emulator_data(space_of("emulator", world.data(), parameters));
  CHECK(report.fingerprint.size() == 3 * 32);
  REQUIRE(report.notes.size() == 6);
  // With two members: six years of ssp126 and ssp585, four of ssp370, each without its first.
  CHECK(report.notes[0] == "train: 312 windows of 12 months, of 6 runs on 6 x 8 cells, from 2016-01 to 2020-12");
  CHECK(report.notes[3].starts_with("the largest network has "));
  CHECK(report.notes[4].starts_with("to beat: pattern scaling has a monthly RMSE of "));
  CHECK(report.notes[5].find(" mm/day in pr on the test split, climatology ") != std::string::npos);
  auto without = world.data();
  without.erase("validation");
  const auto notes = check_emulator_data(space_of("emulator", without, parameters)).notes;
  CHECK(std::ranges::count(notes, "validation: the test months, for want of a file") == 1);
}

TEST_CASE("the largest network has the largest value of every axis, and what there is to beat is the space's own") {
  const EmulatorWorld world;
  const auto notes_of = [&](const std::string& parameters) {
    return check_emulator_data(space_of("emulator", world.data(), parameters)).notes;
  };
  const auto network = world.task({{"init_dim", std::int64_t{4}},
                                   {"hidden", std::int64_t{8}},
                                   {"layers", std::int64_t{4}},
                                   {"bidirectional", true},
                                   {"encoder", std::string("unet")},
                                   {"recurrent", std::string("lstm")},
                                   {"window", std::int64_t{6}},
                                   {"targets", std::string("tas")}});
  std::int64_t parameters = 0;
  for (const auto& parameter : network->network().parameters()) parameters += parameter.numel();
  const auto notes = notes_of(R"({"init_dim": [4, 2], "hidden": 8, "layers": [1, 4], "bidirectional": [true, false],
      "encoder": ["unet", "cnn"], "recurrent": ["lstm", "gru"], "window": [6, 12], "targets": "tas"})");
  REQUIRE(notes.size() == 5);  // one of three splits each, memory, and tas alone to beat
  CHECK(notes[3].starts_with(fmt::format("the largest network has {} parameters", parameters)));
  CHECK(notes[4].find(" K in tas on the test split") != std::string::npos);
  const auto twelve = notes_of(R"({"init_dim": 2, "hidden": 8, "window": [12, 6], "targets": "tas"})");
  CHECK(twelve[4] != notes[4]);
  const auto both = notes_of(R"({"init_dim": 2, "hidden": 8, "window": 6, "targets": ["pr", "tas"]})");
  CHECK(std::ranges::count_if(both, [](const std::string& note) { return note.starts_with("to beat: "); }) == 2);
}

TEST_CASE("the check reports where a search compares losses of different weights or targets") {
  const EmulatorWorld world;
  const auto told = [&](const std::string& parameters) {
    const auto notes = check_emulator_data(space_of("emulator", world.data(), parameters)).notes;
    return std::ranges::count_if(notes, [](const std::string& note) {
      return note.starts_with(
          "the search minimizes validation_loss, which is defined differently for each value of "
          "targets, pr_dice: ");
    });
  };
  CHECK(told(R"({"init_dim": 2, "hidden": 8, "targets": ["tas", "both"], "pr_dice": [0.5, 1]})") == 1);
  CHECK(told(R"({"init_dim": 2, "hidden": [8, 4], "targets": "tas"})") == 0);
}

TEST_CASE("splits and networks that do not belong together are refused in one line") {
  const EmulatorWorld world;
  const TemporaryFolder other;
  generate_climate({.height = 8, .width = 8, .years = 6, .members = 1, .seed = 4}, other.path(), [](std::int64_t) {});
  auto mixed = world.data();
  mixed["test"] = other / "test.h5";
  CHECK_THROWS_WITH_AS(check_emulator_data(space_of("emulator", mixed, "{}")),
                       (other / "test.h5")
                           .string()
                           .append(": its latitudes and longitudes are not those of ")
                           .append((world.folder() / "train.h5").string())
                           .append("; make both in one go with stormsweep prepare emulator")
                           .c_str(),
                       InputError);
  CHECK_THROWS_WITH_AS(check_emulator_data(space_of("emulator", world.data(), R"({"window": 80})")),
                       doctest::Contains("has no month with 80 months of forcings before it; ask for a smaller window"),
                       InputError);
  const TemporaryFolder odd;
  generate_climate({.height = 7, .width = 8, .years = 6, .members = 1, .seed = 4}, odd.path(), [](std::int64_t) {});
  auto odd_sides = world.data();
  for (auto& [split, file] : odd_sides) file = odd / (split + ".h5");
  CHECK_THROWS_WITH_AS(check_emulator_data(space_of("emulator", odd_sides, "{}")),
                       doctest::Contains("maps are 7 x 8 cells, and the network takes even numbers"), InputError);
}

TEST_CASE("a residual is refused where some month of the year has no line to begin at") {
  const TemporaryFolder folder;
  generate_climate({.height = 6, .width = 8, .years = 3, .members = 1, .seed = 3}, folder.path(), [](std::int64_t) {});
  const std::map<std::string, std::filesystem::path> data{{"train", folder / "train.h5"}, {"test", folder / "test.h5"}};
  const auto check = [&](const std::string& parameters) {
    check_emulator_data(space_of("emulator", data, parameters));
  };
  const std::string small = R"("init_dim": 2, "hidden": 4, "window": )";
  check("{" + small + "12, \"pattern\": [\"none\", \"residual\"]}");
  check("{" + small + "30}");
  CHECK_THROWS_WITH_AS(check("{" + small + "30, \"pattern\": [\"none\", \"residual\"]}"),
                       doctest::Contains("no window of 30 months ends before some month of the year"), InputError);
}
