#include "master/cli/run_checks.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("a folder for JSON lines that cannot be one is refused before anything is made") {
  TemporaryFolder folder;
  const Space space = noop_space(R"({"index": [1, 2]})");
  const auto refusal = [&](const std::filesystem::path& json) {
    RunOptions options;
    options.results = folder / "s.db";
    options.json = json;
    try {
      check_options(space, options);
      return std::string();
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  const auto file = folder / "file";
  std::ofstream(file) << "text";
  const std::string remedy = "; give a folder that can be written";
  CHECK(refusal(file) == "stormsweep run: --json: " + file.string() + " is no folder" + remedy);
  CHECK(refusal(file / "deeper") == "stormsweep run: --json: " + file.string() + " is no folder" + remedy);
  CHECK(refusal(folder / "new" / "deeper") == "");
  CHECK(refusal(folder.path()) == "");
  const auto lines = (folder / "s.jsonl").string(), other = (folder / "other.db").string();
  std::ofstream(other) << "";
  std::ofstream(lines + ".lock") << other;
  CHECK(refusal(folder.path()) == "stormsweep run: --json: " + lines + " has the lines of " + other +
                                      "; give another folder, or remove " + lines + ".lock");
  std::filesystem::remove(lines + ".lock");
  std::filesystem::create_directory(folder / "s.jsonl");
  CHECK(refusal(folder.path()) == "stormsweep run: --json: " + (folder / "s.jsonl").string() + " is a folder" + remedy);
  CHECK_FALSE(std::filesystem::exists(folder / "s.db"));
}
