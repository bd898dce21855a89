#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

#include "tests/program/command.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;

namespace {

/// The command with standard output on a disk that is always full.
Ended into_full(const std::string& words, const WorkFolder& folder) {
  return run({"/bin/sh", "-c", stormsweep_program() + " " + words + " > /dev/full"}, folder);
}

}  // namespace

TEST_CASE("output that cannot be written is reported in one line, with status 1, by every command") {
  const WorkFolder folder;
  folder.write("s.json",
               R"({"name": "s", "experiment": "noop", "parameters": {"index": {"min": 1, "max": 2000, "step": 1}}})");
  REQUIRE(run_stormsweep({"run", "s.json", "--workers", "1"}, folder).status == 0);
  std::vector<std::string> commands{"--version",
                                    "help",
                                    "plan s.json",
                                    "describe",
                                    "status s.db",
                                    "results s.db",
                                    "results s.db --format csv",
                                    "results s.db --best 3 --format latex",
                                    "results s.db --rows index --columns replicate",
                                    "compare s.db",
                                    "report s.db -o s.html",
                                    "merge m.db s.db",
                                    "submit s.json --dry-run",
                                    "run s.json --dry-run",
                                    "generate tornado --storms 1000 -o storms"};
  for (const char* verb : {"run", "plan", "describe", "results", "status", "compare", "report", "serve", "submit",
                           "merge", "prepare", "generate", "label", "forecast", "generate tornado"})
    commands.push_back(std::string(verb) + " --help");
  for (const std::string& command : commands) {
    CAPTURE(command);
    const Ended ended = into_full(command, folder);
    CAPTURE(ended.err);
    CHECK(ended.status == 1);
    CHECK(ended.err.find("standard output cannot be written (") != std::string::npos);
    CHECK(count_lines(ended.err) == 1);
  }
}

TEST_CASE("a command whose remarks cannot be written does what it would have done") {
  const WorkFolder folder;
  folder.write("s.json", R"({"name": "s", "experiment": "noop", "parameters": {"index": [1, 2]}})");
  for (const char* words : {"run s.json --workers 1 --share 0/2", "submit s.json --ntasks-per-node 16 --dry-run"}) {
    CAPTURE(words);
    const std::string command = stormsweep_program() + " " + words;
    const Ended heard = run({"/bin/sh", "-c", command}, folder);
    CHECK_FALSE(heard.err.empty());
    const Ended unheard = run({"/bin/sh", "-c", command + " 2> /dev/full"}, folder);
    CHECK(unheard.status == 0);
    CHECK(unheard.out == heard.out);
  }
}

TEST_CASE("a table is cut to its terminal, but for what trials are chosen by, and nothing else is") {
  const WorkFolder folder;
  folder.write("s.json",
               R"({"name": "s", "experiment": "noop", "parameters": {"index": [1, 2], "replicate": [0, 1]}})");
  REQUIRE(run_stormsweep({"run", "s.json", "--workers", "1"}, folder).status == 0);
  const std::string command = stormsweep_program() + " results s.db --show trial,status,index,replicate,score";
  const auto shown = [&](const std::string& words) {
    const Ended ended = run({"/bin/sh", "-c", words}, folder);
    CAPTURE(ended.err);
    REQUIRE(ended.status == 0);
    return ended.out;
  };
  const auto on_terminal = [&](const std::string& more) {
    return shown("script -qec 'stty cols 30; " + command + more + "' /dev/null");
  };
  const std::string whole = shown(command);
  CHECK(whole.find("score") != whole.npos);
  const std::string cut = on_terminal("");
  CAPTURE(cut);
  CHECK(cut.find("trial  status    index   score\r\n") == 0);
  CHECK(cut.find("no room for replicate; --wide prints them\r\n") != cut.npos);
  CHECK(on_terminal(" --wide").find("replicate   score") != whole.npos);
  CHECK(on_terminal(" --format csv").find("trial,status,index,replicate,score") == 0);
}

TEST_CASE("a long command has a bar on a terminal, which is wiped, and is quiet elsewhere until ten seconds are over") {
  const WorkFolder folder;
  const std::string command = stormsweep_program() + " generate tornado --storms 1000000 -o storms";
  {
    Command on_terminal({"script", "-qefc", "stty cols 80; exec " + command, "screen"}, folder);
    const auto shows = [&](const char* text) { return text_of(folder / "screen").find(text) != std::string::npos; };
    CHECK(eventually([&] { return shows("/1000000 storms | "); }));
    CHECK(shows("\r\033[K[-----"));
    for (const pid_t generating : descendants(on_terminal.pid(), "stormsweep-worker")) kill(generating, SIGTERM);
    on_terminal.wait();
    CHECK(shows("stopped; incomplete files were removed"));
  }
  Command quiet({"/bin/sh", "-c", "exec " + command}, folder);
  REQUIRE(eventually([&] { return std::filesystem::exists(folder / "storms/train.h5.partial"); }));
  quiet.signal(SIGTERM);
  CHECK(quiet.wait().err == "stormsweep generate tornado: stopped; incomplete files were removed\n");
}

TEST_CASE("a reader that closes the pipe early causes no error message") {
  const WorkFolder folder;
  const Ended ended = run({"/bin/sh", "-c", stormsweep_program() + " describe tornado | head -n 1"}, folder);
  CHECK(ended.status == 0);
  CHECK(ended.err.empty());
}

TEST_CASE("data that the disk does not take is reported in one line, and nothing half-written stays") {
  const WorkFolder folder;
  for (const std::string what :
       {"tornado --storms 3000", "nowcast --samples 60", "segmentation --samples 9 --size 96x144"}) {
    CAPTURE(what);
    // Files of 500 blocks at most: as near to a full disk as a test can come without one.
    const std::string command = "ulimit -f 500; " + stormsweep_program() + " generate " + what + " -o out";
    const Ended ended = run({"/bin/sh", "-c", command}, folder);
    CAPTURE(ended.err);
    CHECK(ended.status == 2);
    CHECK(count_lines(ended.err) == 1);
    CHECK(ended.err.find("free some space, or choose another folder") != std::string::npos);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "out")) {
      CAPTURE(entry.path());
      CHECK_FALSE(entry.is_regular_file());
    }
  }
}
