#include "datasets/weather_synthesis/generate_weather.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "datasets/weather/weather_set.hpp"
#include "tests/datasets/weather/weather_maker.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

void nobody(std::int64_t) {}

}  // namespace

TEST_CASE("generate segmentation: the same bytes on any number of threads, splits by index, an index beside each") {
  const TemporaryFolder folder;
  WeatherWorld world{20, 32, 48, 7, 0.1, 0.2, 1};
  std::int64_t told = 0;
  const auto splits = generate_weather(world, folder / "one", [&](std::int64_t made) { CHECK(made == ++told); });
  CHECK(told == 20);
  CHECK(splits[0].samples == 14);
  CHECK(splits[1].samples == 2);
  CHECK(splits[2].samples == 4);
  world.threads = 3;
  generate_weather(world, folder / "three", nobody);
  std::int64_t number = 0;
  for (std::size_t split = 0; split < 3; ++split) {
    const fs::path name = std::array{"train", "validation", "test"}[split];
    CHECK(fs::exists(folder / "one" / name / "index.json"));
    const WeatherSet set(folder / "one" / name, 1, [](std::int64_t, std::int64_t) { FAIL("the index is there"); });
    CHECK(set.size() == splits[split].samples);
    CHECK(set.index().pixels[0] == splits[split].pixels);
    CHECK(set.index().pixels[1] != splits[split].pixels);  // by rule
    CHECK(splits[split].pixels[0] + splits[split].pixels[1] + splits[split].pixels[2] == set.size() * 32 * 48);
    for (std::int64_t i = 0; i < set.size(); ++i, ++number) {
      CHECK(set.path(i).filename() ==
            "data-2000-01-0" + std::to_string(1 + number / 8) + "-0" + std::to_string(number % 8) + "-1.h5");
      CHECK(bool{text_of(set.path(i)) == text_of(folder / "three" / name / set.path(i).filename())});
    }
  }
  CHECK(std::distance(fs::directory_iterator(folder / "one"), {}) == 3);
  world.seed = 8;
  generate_weather(world, folder / "other", nobody);
  CHECK(fingerprint(WeatherSet(folder / "other" / "train").index()) !=
        fingerprint(WeatherSet(folder / "one" / "train").index()));
}

TEST_CASE("generate segmentation: a folder that holds samples is refused; what breaks off leaves nothing") {
  const TemporaryFolder folder;
  WeatherWorld world{4, 32, 48, 7, 0.25, 0.25, 2};
  SUBCASE("samples") {
    generate_weather(world, folder.path(), nobody);
    const std::string before = fingerprint(WeatherSet(folder / "train").index());
    world.seed = 8;
    CHECK(refusal([&] { generate_weather(world, folder.path(), nobody); }) ==
          (folder / "train").string() + ": holds samples already; choose another folder, or remove it");
    CHECK(fingerprint(WeatherSet(folder / "train").index()) == before);
  }
  SUBCASE("anything else, before any work") {
    fs::create_directories(folder / "train");
    fs::create_directories(folder / "validation");
    std::ofstream(folder / "validation" / "notes.txt") << "mine\n";
    const auto nobody_is_told = [](std::int64_t) { FAIL("a sample was made"); };
    CHECK(refusal([&] { generate_weather(world, folder.path(), nobody_is_told); }) ==
          (folder / "validation").string() + ": is there, and is no empty folder; choose another folder, or remove it");
    CHECK(fs::is_empty(folder / "train"));
    fs::remove_all(folder / "validation");
    std::ofstream(folder / "test") << "no folder\n";
    CHECK(refusal([&] { generate_weather(world, folder.path(), nobody_is_told); }) ==
          (folder / "test").string() + ": is there, and is no empty folder; choose another folder, or remove it");
    fs::remove(folder / "test");
    generate_weather(world, folder.path(), nobody);
    CHECK(WeatherSet(folder / "train").size() == 2);
  }
  SUBCASE("something comes meanwhile") {
    const auto write_notes = [&](std::int64_t) {
      fs::create_directories(folder / "test");
      std::ofstream(folder / "test" / "notes.txt") << "mine\n";
    };
    CHECK(refusal([&] { generate_weather(world, folder.path(), write_notes); }) ==
          (folder / "test").string() + ": is there, and is no empty folder; choose another folder, or remove it");
    CHECK(!fs::exists(folder / "train"));
  }
  SUBCASE("breaks off") {
    CHECK_THROWS_AS(generate_weather(world, folder.path(),
                                     [](std::int64_t made) {
                                       if (made == 3) throw std::runtime_error("enough");
                                     }),
                    std::runtime_error);
    CHECK(fs::is_empty(folder.path()));
    generate_weather(world, folder.path(), nobody);
    CHECK(WeatherSet(folder / "train").size() == 2);
  }
  SUBCASE("killed earlier") {
    fs::create_directories(folder / ".unfinished" / "train");
    std::ofstream(folder / ".unfinished" / "train" / "data-old.h5") << "half\n";
    generate_weather(world, folder.path(), nobody);
    CHECK(WeatherSet(folder / "train").size() == 2);
  }
  SUBCASE("no writing there") {
    std::ofstream(folder / "file") << "no folder\n";
    CHECK(refusal([&] { generate_weather(world, folder / "file", nobody); }).find("cannot be written to") !=
          std::string::npos);
  }
}
