#include "search/space/own_experiment.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "search/base/error.hpp"
#include "search/space/space.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

const std::string mine = R"({"name": "mine", "summary": "s", "data": [], "run": ["true"],
  "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}],
  "hyperparameters": [{"name": "rate", "type": "real", "default": 0.1, "min": 0, "max": 1, "meaning": "m"}]})";

std::string space_of(const std::string& experiment) {
  return R"({"name": "s", "experiment": )" + experiment + R"(, "parameters": {"rate": [0.1, 0.2]}})";
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("a space whose experiment is a file of the user's own has all of it in its text") {
  const TemporaryFolder folder;
  write(folder / "own/experiment.json", mine);
  write(folder / "s.json", space_of(R"("own/experiment.json")"));
  const Space space = read_space(folder / "s.json");
  REQUIRE(space.own);
  CHECK(space.experiment == space.own.get());
  CHECK(space.experiment->name == "mine");
  CHECK(space.experiment->command->directory == folder / "own");
  CHECK(space.metric == "loss");
  CHECK(space.grid.size() == 2);

  std::filesystem::remove_all(folder / "own");
  const Space elsewhere = parse_space(space.text, "a database", "/");
  CHECK(elsewhere.experiment->command->words == std::vector<std::string>{"true"});
  CHECK(elsewhere.text == space.text);
}

TEST_CASE("a name without a slash or .json is that of an experiment that ships") {
  CHECK(names_file("./experiment.json"));
  CHECK(names_file("own/e"));
  CHECK(names_file("e.json"));
  CHECK(!names_file("tornado"));
  const std::string text = space_of(R"("tornado")");
  CHECK(with_own_experiment(text, "s.json", "/") == text);
}

TEST_CASE("a path longer than any file's is told in short") {
  const std::string text = space_of('"' + std::string(1'000'000, '/') + '"');
  CHECK_THROWS_WITH_AS(
      with_own_experiment(text, "s.json", "/"),
      ("s.json: experiment is \"" + std::string(56, '/') + "...; give the path of an experiment.json").c_str(),
      InputError);
}

TEST_CASE("a folder whose name no JSON can hold is refused by name") {
  const TemporaryFolder folder;
  write(folder / "m\xe9t\xe9o/e.json", mine);
  write(folder / "m\xe9t\xe9o/s.json", space_of(R"("./e.json")"));
  CHECK_THROWS_WITH_AS(read_space(folder / "m\xe9t\xe9o/s.json"), doctest::Contains("m\xe9t\xe9o: the folder's name"),
                       InputError);
}

TEST_CASE("what cannot be an experiment of one's own") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& text, const std::string& why) {
    write(folder / "e.json", text);
    write(folder / "s.json", space_of(R"("./e.json")"));
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(read_space(folder / "s.json"), doctest::Contains(why.c_str()), InputError);
  };
  const auto changed = [](const std::string& from, const std::string& to) {
    std::string text = mine;
    return text.replace(text.find(from), from.size(), to);
  };
  refused("[1]", "e.json");
  refused("{", "line 1");
  refused(changed(R"("run": ["true"],)", ""), "run");
  refused(changed(R"("mine")", R"("tornado")"), "ships with stormsweep");
  refused(changed(R"("data": [],)", R"("data": [], "directory": "/",)"), "remove it");
  std::filesystem::remove(folder / "e.json");
  std::filesystem::create_directory(folder / "e.json");
  CHECK_THROWS_WITH_AS(read_space(folder / "s.json"), doctest::Contains("Is a directory"), InputError);
  std::filesystem::remove(folder / "e.json");
  CHECK_THROWS_WITH_AS(read_space(folder / "s.json"),
                       doctest::Contains("s.json has it as its experiment: give the path"), InputError);
}
