#include "experiments/nowcast/nowcast_check.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "datasets/nowcast/nowcast_writer.hpp"
#include "experiments/nowcast/commands.hpp"
#include "search/base/error.hpp"
#include "search/space/space.hpp"
#include "tests/experiments/nowcast/nowcast_world.hpp"
#include "tests/experiments/space_of.hpp"

using namespace stormsweep;

namespace {

/// Files with one patch each, of 0.03 everywhere.
std::map<std::string, std::filesystem::path> write_even_rain(const TemporaryFolder& folder, const NowcastMeta& meta) {
  std::map<std::string, std::filesystem::path> data{{"train", folder / "train.h5"}, {"test", folder / "test.h5"}};
  for (const auto& [split, path] : data) {
    NowcastWriter writer(path, 1, 256);
    writer.append(std::vector<std::uint16_t>(nowcast_frames * 256 * 256, 3), {});
    writer.seal(meta, "test");
    writer.publish();
  }
  return data;
}

}  // namespace

TEST_CASE("the check of the data tells what each split holds, and refuses splits that do not belong together") {
  const NowcastWorld world, other(30);
  const DataCheck report = check_nowcast_data(space_of("nowcast", world.data()));
  CHECK(report.fingerprint.size() == 3 * 32);
  REQUIRE(report.notes.size() == 3);
  CHECK(report.notes[0].find("train: 9 patches of 256 x 256") == 0);
  auto data = world.data();
  data["test"] = other.folder() / "test.h5";
  CHECK_THROWS_WITH_AS(check_nowcast_data(space_of("nowcast", data)), doctest::Contains("normalisation differs"),
                       InputError);
  data = world.data();
  data.erase("validation");
  CHECK(check_nowcast_data(space_of("nowcast", data)).notes[1].find("drawn from the test patches") !=
        std::string::npos);
  data["validation"] = "/none.h5";
  CHECK_THROWS_WITH_AS(check_nowcast_data(space_of("nowcast", data)),
                       doctest::Contains("/none.h5: no such file; where prepare made none, leave \"validation\" out"),
                       InputError);
  data.erase("validation");

  const TemporaryFolder small;
  generate_nowcast({.samples = 6, .side = 240, .seed = 1}, small.path(), [](std::int64_t) {});
  for (auto& [split, path] : data) path = small / (split + ".h5");
  CHECK_THROWS_WITH_AS(check_nowcast_data(space_of("nowcast", data)),
                       doctest::Contains("make them again with --size 256"), InputError);
}

TEST_CASE(
    "every lead time of images 5, 10, 12 or 15 min apart has scores; of others the check says that some have not") {
  const Profile& leads = find_experiment("nowcast", "test").profiles[0];
  REQUIRE(leads.name == "lead_time");
  const TemporaryFolder folder;
  for (const std::int64_t step : {5, 10, 12, 15, 20}) {
    CAPTURE(step);
    const auto data = write_even_rain(folder, {.step_minutes = static_cast<double>(step), .statistics = {1, 2}});
    const auto notes = check_nowcast_data(space_of("nowcast", data)).notes;
    const bool all_kept = std::ranges::none_of(
        notes, [](const std::string& note) { return note.find(" min apart: scores") != std::string::npos; });
    CHECK(all_kept == (step != 20));
    for (std::int64_t lead = step; all_kept && lead <= 6 * step; lead += step)
      CHECK(std::ranges::find(leads.at, Value(lead)) != leads.at.end());
  }
}

TEST_CASE("the check reports where a search compares different losses: of two networks, or weighted and not") {
  const NowcastWorld world;
  const auto told = [&](const std::string& parameters, const std::string& more = "") -> std::string {
    const auto notes = check_nowcast_data(space_of("nowcast", world.data(), parameters, more)).notes;
    return notes.back().starts_with("the search minimizes") ? notes.back() : "";
  };
  const std::string two = R"({"network": ["samsi", "unet"], "loss": ["mse", "balanced"]})";
  CHECK(told(two) ==
        "the search minimizes validation_loss, which is defined differently for each value of network, loss: give "
        "\"metric\": \"validation_mse\"");
  CHECK(told(two, R"(, "metric": "train_loss")").find("minimizes train_loss") != std::string::npos);
  CHECK(told(two, R"(, "metric": "validation_mse")").empty());
  CHECK(told(R"({"network": "unet", "loss": ["balanced"], "base_filters": [4, 8]})").empty());
}

TEST_CASE("scores by lead time stand at that lead time, and nowhere where it is no whole number of minutes") {
  const TemporaryFolder folder;
  const auto data = write_even_rain(folder, {.step_minutes = 7.5, .statistics = {1, 2}});
  const Experiment& experiment = find_experiment("nowcast", "test");
  TaskContext context{.data = data, .fingerprint = "7.5", .seed = 17, .cache = {}, .gang = std::make_shared<Gang>()};
  const Metrics metrics =
      make_nowcast_task(experiment, configuration_of(experiment, {{"base_filters", std::int64_t{1}}}), context)
          ->evaluate(Split::test);
  std::set<std::string> leads;
  for (const auto& [name, value] : metrics)
    if (name.starts_with("test_mse[")) leads.insert(name);
  CHECK(leads == std::set<std::string>{"test_mse[15]", "test_mse[30]", "test_mse[45]"});
  CHECK(std::ranges::any_of(check_nowcast_data(space_of("nowcast", data)).notes, [](const std::string& note) {
    return note.starts_with("images are 7.5 min apart: scores by lead time");
  }));
}

TEST_CASE("sizes that cannot be trained on are refused before anything is made") {
  CHECK(trainable_side(64) == 256);
  CHECK(trainable_side(270) == 272);
  CHECK(trainable_side(512) == 512);
  for (const char* const size : {"64", "264", "4112"}) {
    const std::string line =
        fmt::format(" nowcast: --size is {}; give a multiple of 16 from 256 to 4096, as the network needs it", size);
    CHECK_THROWS_WITH_AS(prepare_nowcast_command({"raw", "-o", "out", "--size", size}),
                         ("stormsweep prepare" + line).c_str(), InputError);
    CHECK_THROWS_WITH_AS(generate_nowcast_command({"--samples", "9", "-o", "out", "--size", size}),
                         ("stormsweep generate" + line).c_str(), InputError);
  }
}

TEST_CASE("the check refuses what does not go together: blending by the published network, weights of rain for VIL") {
  const NowcastWorld world;
  const auto refused = [&](const std::string& parameters, const std::string& more = "") -> std::string {
    try {
      check_nowcast_data(space_of("nowcast", world.data(), parameters, more));
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  const std::string remedy =
      "extrapolation is \"blend\", which takes the network \"unet\", not \"samsi\", the default; give "
      "\"network\": \"unet\", or exclude the two together";
  CHECK(refused(R"({"extrapolation": "blend"})") == remedy);
  CHECK(refused(R"({"extrapolation": ["none", "blend"], "network": ["unet", "samsi"]})") == remedy);
  CHECK(refused(R"({"extrapolation": ["none", "blend"], "network": ["unet", "samsi"]})",
                R"(, "exclude": [{"network": "samsi", "extrapolation": "blend"}])")
            .empty());
  CHECK(refused(R"({"extrapolation": {"values": ["input", "blend"], "when": {"network": "unet"}},
                    "network": ["unet", "samsi"]})")
            .empty());
  CHECK(refused(R"({"extrapolation": "blend", "network": "unet", "loss": "balanced"})").empty());

  const TemporaryFolder vil;
  const auto data = write_even_rain(vil, {.quantity = RadarQuantity::vil, .scale = 1, .statistics = {1, 2}});
  CHECK_THROWS_WITH_AS(check_nowcast_data(space_of("nowcast", data, R"({"loss": "balanced"})")),
                       doctest::Contains("train.h5: holds VIL, and loss is \"balanced\""), InputError);
}
