#include "experiments/command/command_check.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "experiments/command/command_surroundings.hpp"
#include "search/base/error.hpp"
#include "search/space/space.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

struct CheckWorld {
  TemporaryFolder folder;

  CheckWorld() {
    write("train.sh", "true");
    write("days.csv", "1,2");
    write("experiment.json", R"({"name": "mine", "summary": "s", "data": ["days"], "run": ["sh", "train.sh"],
      "files": ["train.sh"], "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}], "hyperparameters": []})");
    write("s.json",
          R"({"name": "s", "experiment": "./experiment.json", "data": {"days": "days.csv"}, "parameters": {}})");
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  std::string fingerprint() const { return check_command_data(read_space(folder / "s.json")).fingerprint; }
};

}  // namespace

TEST_CASE("a command's fingerprint changes with its script, its data and its words, and with nothing else") {
  const CheckWorld world;
  const std::string before = world.fingerprint();
  CHECK(before.size() == 32);
  world.write("other.txt", "x");
  CHECK(world.fingerprint() == before);
  world.write("train.sh", "false");
  const std::string edited = world.fingerprint();
  CHECK(edited != before);
  world.write("days.csv", "1,3");
  CHECK(world.fingerprint() != edited);
}

TEST_CASE("data behind links are in the fingerprint, and links into themselves are followed once") {
  const CheckWorld world;
  namespace fs = std::filesystem;
  fs::create_directories(world.folder / "days");
  fs::create_directories(world.folder / "archive/2020");
  world.write("s.json",
              R"({"name": "s", "experiment": "./experiment.json", "data": {"days": "days"}, "parameters": {}})");
  world.write("archive/2020/1", "a");
  fs::create_directory_symlink(world.folder / "archive/2020", world.folder / "days/2020");
  fs::create_directory_symlink(world.folder / "days", world.folder / "archive/2020/all");
  const std::string before = world.fingerprint();
  world.write("archive/2020/1", "b");
  CHECK(world.fingerprint() != before);
  world.write("archive/2020/1", "a");
  CHECK(world.fingerprint() == before);
  fs::remove(world.folder / "days/2020");  // the same files in place of the link: the same data
  fs::rename(world.folder / "archive/2020", world.folder / "days/2020");
  fs::remove(world.folder / "days/2020/all");
  CHECK(world.fingerprint() == before);
}

TEST_CASE("a command's data are known as long as its folder has the same files, and the command the same words") {
  const CheckWorld world;
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  const auto write = [&](const std::string& name, const std::string& text) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the kernel's clock for files may tick every 10 ms
    world.write(name, text);
    std::filesystem::last_write_time(world.folder / name, old);
  };
  std::filesystem::create_directories(world.folder / "days");
  world.write("s.json",
              R"({"name": "s", "experiment": "./experiment.json", "data": {"days": "days"}, "parameters": {}})");
  write("train.sh", "true"), write("days/1", "a"), write("days/2", "b");
  const auto known = [&] {
    return check_command_data(read_space(world.folder / "s.json"), KeptScans(world.folder / "cache")).fingerprint;
  };
  const std::string before = known();
  CHECK(before == world.fingerprint());
  CHECK(known() == before);
  const auto changes = [&] {
    const std::string now = world.fingerprint();
    CHECK(now != before);
    CHECK(known() == now);
  };
  write("days/3", "");
  changes();
  std::filesystem::rename(world.folder / "days/3", world.folder / "days/4");
  changes();
  std::filesystem::remove(world.folder / "days/4");
  CHECK(known() == before);
  write("days/2", "c");
  changes();
  write("days/2", "b"), write("train.sh", "fals");
  changes();
  write("train.sh", "true");
  world.write("experiment.json", R"({"name": "mine", "summary": "s", "data": ["days"], "run": ["sh", "train.sh", "-x"],
      "files": ["train.sh"], "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}], "hyperparameters": []})");
  changes();
}

TEST_CASE("a missing script, data file or program is reported before anything starts") {
  const CheckWorld world;
  std::filesystem::remove(world.folder / "days.csv");
  CHECK_THROWS_WITH_AS(world.fingerprint(), doctest::Contains("days.csv"), InputError);
  world.write("days.csv", "1");
  std::filesystem::remove(world.folder / "train.sh");
  CHECK_THROWS_WITH_AS(world.fingerprint(), doctest::Contains("it stands among files"), InputError);
  world.write("experiment.json", R"({"name": "mine", "summary": "s", "data": ["days"], "run": ["no-such-program"],
      "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}], "hyperparameters": []})");
  CHECK_THROWS_WITH_AS(world.fingerprint(), doctest::Contains("run[0] is no-such-program"), InputError);
}

TEST_CASE("a word names its file however it is spelt, and a path that would lead nowhere is refused") {
  const CheckWorld world;
  std::filesystem::permissions(world.folder / "train.sh", std::filesystem::perms::owner_all);
  const auto words = [&](const std::string& run, const std::string& files) {
    world.write("experiment.json", R"({"name": "mine", "summary": "s", "data": ["days"], "run": )" + run +
                                       R"(, "files": )" + files + R"(, "hyperparameters": [],
      "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}]})");
    const Space space = read_space(world.folder / "s.json");
    check_command_data(space);
    return words_for(*space.experiment, space.defaults);
  };
  const auto leads_to_the_script = [&](const std::string& word) {
    return std::filesystem::path(word).is_absolute() && std::filesystem::equivalent(word, world.folder / "train.sh");
  };
  CHECK(leads_to_the_script(words(R"(["./train.sh"])", R"(["train.sh"])")[0]));
  CHECK(leads_to_the_script(words(R"(["sh", "./train.sh"])", R"(["train.sh"])")[1]));
  CHECK(leads_to_the_script(words(R"(["sh", "train.sh"])", R"(["./train.sh"])")[1]));
  CHECK(words(R"(["sh", "-c", "days"])", "[]")[2] == "days");
  CHECK_THROWS_WITH_AS(words(R"(["./train.sh"])", "[]"),
                       doctest::Contains("run[0] is ./train.sh, which is not among files; name it there"), InputError);
  CHECK_THROWS_WITH_AS(words(R"(["sh", "train.sh"])", "[]"),
                       doctest::Contains("run[1] is train.sh, a file that is not among files; name it there"),
                       InputError);
}
