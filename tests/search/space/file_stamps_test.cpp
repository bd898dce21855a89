#include "search/space/file_stamps.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "search/base/machine.hpp"
#include "tests/folder.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

/// A search by a script of the user's own, with a data file and a data folder.
struct OwnSearch {
  OwnSearch() {
    write("experiment.json", R"({"name": "own", "summary": "s", "run": ["sh", "train.sh"], "files": ["train.sh"],
      "data": ["table", "images"], "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}],
      "hyperparameters": [{"name": "index", "type": "integer", "default": 0, "min": 0, "max": 9, "meaning": "m"}]})");
    write("train.sh", "echo 1");
    write("table.csv", "a,b");
    fs::create_directory(folder / "images");
    write("s.json", R"({"name": "s", "experiment": "./experiment.json",
      "data": {"table": "table.csv", "images": "images"}, "parameters": {"index": [1, 2]}})");
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  /// As if it had been written so much later.
  void age(const std::string& name, std::chrono::seconds by) const {
    fs::last_write_time(folder / name, fs::last_write_time(folder / name) + by);
  }
  Space space() const { return read_space(folder / "s.json"); }

  TemporaryFolder folder;
};

}  // namespace

TEST_CASE("a search's files are known by size and time, those of its experiment by their bytes") {
  const OwnSearch own;
  const Space space = own.space();
  const auto stamps = stamp_files(space);
  REQUIRE(stamps.size() == 3);  // images, table, train.sh
  CHECK((stamps[0] == FileStamp{}));
  CHECK(stamps[1].bytes == 3);
  CHECK(stamps[1].checksum.empty());
  CHECK(stamps[2].bytes == 6);
  CHECK_NOTHROW(check_files(space, stamps));

  own.write("images/new.png", "x");  // a folder is its readers' business
  own.age("train.sh", std::chrono::seconds(5));
  own.write("train.sh", "echo 1");
  CHECK_NOTHROW(check_files(space, stamps));

  const auto told = [&] { return refusal([&] { check_files(space, stamps); }); };
  const std::string remedy =
      ": has changed since the search began to train by it; run the search with what it was, or give it another name";
  SUBCASE("other bytes of a script") {
    own.write("train.sh", "echo 2");
    own.age("train.sh", std::chrono::seconds(5));
    CHECK(told() == (own.folder / "train.sh").string() + remedy);
  }
  SUBCASE("data of another size") {
    own.write("table.csv", "a,b,c");
    CHECK(told() == (own.folder / "table.csv").string() + remedy);
  }
  SUBCASE("data of another time") {
    own.age("table.csv", std::chrono::seconds(-5));
    CHECK(told() == (own.folder / "table.csv").string() + remedy);
  }
  SUBCASE("data that are gone") {
    fs::remove(own.folder / "table.csv");
    CHECK(told() == (own.folder / "table.csv").string() + ": is not there on " + host_name() +
                        "; all hosts must have it at this path, as it was when the search began to train by it");
  }
  SUBCASE("another list of files") {
    CHECK(refusal([&] { check_files(space, {}); }) == "s: its experiment" + remedy);
  }
}

TEST_CASE("what is not there when a search begins may come") {
  const OwnSearch own;
  const Space space = own.space();
  fs::remove(own.folder / "table.csv");
  const auto stamps = stamp_files(space);
  own.write("table.csv", "a");
  CHECK_NOTHROW(check_files(space, stamps));
}
