#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <hdf5.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

/// Checks that the command ends with status 2 and one line on standard error that contains all of `says`.
void check_refused(const Words& words, const WorkFolder& folder, const Words& says) {
  const Ended ended = run_stormsweep(words, folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 2);
  CHECK(ended.out == "");
  CHECK(count_lines(ended.err) == 1);
  for (const std::string& part : says) {
    CAPTURE(part);
    CHECK(ended.err.find(part) != std::string::npos);
  }
}

/// As above, for a run of the space with this text; no database is made.
void check_space_refused(const std::string& text, const WorkFolder& folder, Words says) {
  folder.write("space.json", text);
  says.push_back("space.json");
  check_refused({"run", "space.json", "--results", "r.db"}, folder, says);
  CHECK_FALSE(fs::exists(folder / "r.db"));
}

std::string noop(const std::string& parameters, const std::string& more = "") {
  return R"({"name": "bad", "experiment": "noop", "parameters": {)" + parameters + "}" + more + "}";
}

const std::string tornado = R"({
  "name": "bad", "experiment": "tornado",
  "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
  "parameters": {"epochs": 1}
})";

void generate(const WorkFolder& folder) {
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "200", "-o", "."}, folder).status == 0);
}

/// Replaces the patches in the file by ones of another shape.
void replace_patches(const fs::path& path, const std::vector<hsize_t>& shape) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Ldelete(file, "patches", H5P_DEFAULT);
  const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  const hid_t patches = H5Dcreate2(file, "patches", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  hsize_t floats = 1;
  for (const hsize_t n : shape) floats *= n;
  H5Dwrite(patches, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, std::vector<float>(floats).data());
  H5Dclose(patches);
  H5Sclose(space);
  H5Fclose(file);
}

/// Makes the first number of two storms NaN.
void spoil(const fs::path& path) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t patches = H5Dopen2(file, "patches", H5P_DEFAULT);
  const hid_t there = H5Dget_space(patches);
  const hsize_t start[4] = {3, 0, 0, 0}, count[4] = {2, 1, 1, 1}, two = 2;
  H5Sselect_hyperslab(there, H5S_SELECT_SET, start, nullptr, count, nullptr);
  const hid_t here = H5Screate_simple(1, &two, nullptr);
  const float values[2] = {NAN, NAN};
  H5Dwrite(patches, H5T_NATIVE_FLOAT, here, there, H5P_DEFAULT, values);
  H5Sclose(here);
  H5Sclose(there);
  H5Dclose(patches);
  H5Fclose(file);
}

}  // namespace

TEST_CASE("a run that is refused after it has opened its search gives it up") {
  const WorkFolder folder;
  const std::string space =
      folder.write("x.json", R"({"name": "x", "experiment": "noop", "parameters": {"index": [1]}})");
  std::filesystem::create_directory(folder / "x.models");
  std::ofstream(folder / "x.models" / "trial-77.pt") << "of another database";
  const Ended ended = run_stormsweep({"run", space, "--workers", "1", "--device", "cpu", "--keep-best", "1"}, folder);
  CHECK(ended.status == 2);
  CHECK(ended.err.find("has no trial 77") != std::string::npos);
  CHECK(number(folder / "x.db", "SELECT count(*) FROM searches WHERE writer_host IS NULL") == 1);
  CHECK_FALSE(std::filesystem::exists(folder / "x.db-journal"));
}

TEST_CASE("a search space that is not JSON is refused with its line") {
  const WorkFolder folder;
  check_space_refused("{\n  \"name\": \"bad\",\n  oops\n}", folder, {"line 3"});
  check_space_refused("", folder, {"line 1"});
  check_space_refused(noop(R"("index": [1], "index": [2])"), folder, {"index", "twice"});
}

TEST_CASE("a search space with a wrong field is refused with the field, its value and the remedy") {
  const WorkFolder folder;
  check_space_refused(noop(R"("index": [1])", R"(, "limit": {"trials": 3})"), folder, {"limit", "limits"});
  check_space_refused(noop(R"("indx": [1])"), folder, {"parameters.indx", "did you mean index?"});
  check_space_refused(R"({"name": "bad", "experiment": "nop", "parameters": {}})", folder, {"nop", "noop"});
  check_space_refused(R"({"experiment": "noop", "parameters": {}})", folder, {"name"});
  check_space_refused(noop(R"("index": ["a"])"), folder, {"parameters.index", "a", "integer"});
  check_space_refused(noop(R"("index": [1.5])"), folder, {"parameters.index", "1.5", "integer"});
  check_space_refused(noop(R"("index": [3, -5])"), folder, {"parameters.index", "[1]", "-5"});
  check_space_refused(noop(R"("outcome": "thrown")"), folder, {"parameters.outcome", "thrown", "throw"});
  check_space_refused(noop(R"("index": [])"), folder, {"parameters.index"});
  check_space_refused(noop(R"("index": {"min": 5, "max": 1, "count": 3})"), folder, {"parameters.index", "5", "1"});
  check_space_refused(noop(R"("index": [7, 8, 7])"), folder, {"parameters.index", "7"});
  check_space_refused(noop(R"("index": [1, 2])", R"(, "exclude": [{"index": [1, 2]}])"), folder, {"exclude"});
  check_space_refused(noop(R"("index": [1])", R"(, "metric": {"name": "scor"})"), folder, {"metric", "scor", "score"});
  check_space_refused(noop(R"("index": [1])", R"(, "method": "annealing")"), folder, {"method", "annealing", "grid"});
}

TEST_CASE("what the system does not let a command look at is refused with its name, not as a lost master") {
  const WorkFolder folder;
  const std::string longest(300, 'x');  // a folder of another user would be refused like this name that is too long
  for (const Words& words : {Words{"results", longest},
                             {"status", longest},
                             {"report", longest, "-o", "r.html"},
                             {"serve", longest},
                             {"run", longest},
                             {"plan", longest},
                             {"init", "command", longest},
                             {"merge", "m.db", longest},
                             {"delete", longest, "--where", "1"},
                             {"replay", longest}})
    check_refused(words, folder, {longest, "File name too long", "; "});
}

TEST_CASE("arithmetic that only GPUs have is refused before anything starts") {
  const WorkFolder folder;
  generate(folder);
  std::string text = tornado;
  text.replace(text.find(R"("epochs": 1)"), 11, R"("epochs": 1, "precision": ["fp32", "tf32"])");
  folder.write("space.json", text);
  folder.write("plain.json", tornado);
  for (const char* more : {"--workers=1", "--dry-run"}) {
    check_refused({"run", "space.json", "--results", "r.db", "--device", "cpu", more}, folder,
                  {"parameters.precision is tf32", "--device is cpu", "fp32 or bf16"});
    if (!fs::exists("/dev/nvidiactl"))
      check_refused({"run", "plain.json", "--results", "r.db", "--device", "cuda", more}, folder,
                    {"--device is cuda", "finds no GPU", "--device cpu"});
  }
  CHECK_FALSE(fs::exists(folder / "r.db"));
}

TEST_CASE("a search does not choose on test data") {
  const WorkFolder folder;
  std::string text = tornado;
  text.insert(1, R"("metric": {"name": "test_accuracy"},)");
  check_space_refused(text, folder, {"metric.name", "test_accuracy", "validation_accuracy"});
}

TEST_CASE("a gang of more ranks than there can be is refused") {
  const WorkFolder folder;
  std::string text = tornado;
  text.replace(text.find(R"("epochs": 1)"), 11, R"("gpus": [1, 5000])");
  check_space_refused(text, folder, {"parameters.gpus", "5000", "from 1 to 4096"});
}

TEST_CASE("a command line that is wrong is refused with the remedy") {
  const WorkFolder folder;
  folder.write("space.json", noop(R"("index": [1])"));
  check_refused({"run"}, folder, {"operand"});
  check_refused({"run", "nowhere.json"}, folder, {"nowhere.json"});
  check_refused({"run", "space.json", "--worker", "2"}, folder, {"--worker", "--workers"});
  check_refused({"run", "space.json", "--workers", "2", "--workers-per-gpu", "2"}, folder, {"--workers-per-gpu"});
  check_refused({"run", "space.json", "--workers-per-gpu", "2", "--device", "cpu"}, folder,
                {"--workers-per-gpu", "cpu"});
  check_refused({"run", "space.json", "--keep-work"}, folder, {"--keep-work", "no command"});
  check_refused({"run", "space.json", "--workers", "0"}, folder, {"--workers", "0"});
  check_refused({"run", "space.json", "--device", "gpu"}, folder, {"--device", "gpu", "cuda"});
  check_refused({"rum", "space.json"}, folder, {"rum", "run"});
  check_refused({"plan", "no\nwhere.json"}, folder, {"no where.json: cannot be read"});
  check_refused({"plan", "space.json", "--results", "no where.db"}, folder, {"--results is no where.db: there is no"});
  for (const Words& words : {Words{"generate", "tornado", "--storms", "9"}, {"prepare", "nowcast", "space.json"}}) {
    Words without = words;
    without.insert(without.end(), {"-o", ""});
    check_refused(without, folder, {"--output is empty (the folder"});
  }
  check_refused({"results", "nowhere.db"}, folder, {"nowhere.db"});
  check_refused({"status", "nowhere.db"}, folder, {"nowhere.db"});
  CHECK_FALSE(fs::exists(folder / "bad.db"));
  CHECK_FALSE(fs::exists(folder / "nowhere.db"));
}

TEST_CASE("a bad space is refused in one line under mpirun too") {
  const WorkFolder folder;
  folder.write("space.json", noop(R"("index": [])"));
  const Ended ended = run(mpirun(folder, 3, {stormsweep_program(), "run", "space.json"}), folder);
  CAPTURE(ended.err);
  const std::size_t first = ended.err.find("space.json: parameters.index");
  CHECK(first != std::string::npos);
  CHECK(ended.err.find("space.json", first + 1) == std::string::npos);  // mpirun may add lines of its own
  CHECK_FALSE(fs::exists(folder / "bad.db"));
}

TEST_CASE("data that cannot be trained on is refused before any training") {
  const WorkFolder folder;
  folder.write("space.json", tornado);
  const auto check_data_refused = [&](const Words& says) {
    check_refused({"run", "space.json", "--results", "r.db"}, folder, says);
    CHECK_FALSE(fs::exists(folder / "r.db"));
  };
  check_data_refused({"train.h5", "no such file", "generate"});
  const Ended ignoring = run({"env", "--ignore-signal=CHLD", stormsweep_program(), "run", "space.json"}, folder);
  CHECK(ignoring.status == 2);  // started with SIGCHLD ignored
  CHECK(count_lines(ignoring.err) == 1);
  generate(folder);
  SUBCASE("missing") {
    fs::remove(folder / "test.h5");
    check_data_refused({"test.h5", "no such file"});
  }
  SUBCASE("not HDF5") {
    folder.write("validation.h5", "storms");
    check_data_refused({"validation.h5", "HDF5"});
  }
  SUBCASE("truncated") {
    fs::resize_file(folder / "train.h5", fs::file_size(folder / "train.h5") / 2);
    check_data_refused({"train.h5", "cut short"});
  }
  SUBCASE("wrong shape") {
    replace_patches(folder / "test.h5", {40, 16, 16, 3});
    check_data_refused({"test.h5", "patches", "16"});
  }
  SUBCASE("not finite") {
    spoil(folder / "train.h5");
    check_data_refused({"train.h5", "2 of 140 storms", "NaN"});
  }
}

TEST_CASE("a results file that cannot be used is refused and left as it was") {
  const WorkFolder folder;
  folder.write("space.json", noop(R"("index": [1, 2])"));
  const Words command{"run", "space.json", "--results", "r.db", "--workers", "1"};
  SUBCASE("not a database") {
    folder.write("r.db", "dear diary, this is no database at all, and never was");
    check_refused(command, folder, {"r.db"});
    CHECK(fs::file_size(folder / "r.db") == 53);
  }
  SUBCASE("another program's database") {
    SQLite::Database(folder / "r.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE diary (day)");
    check_refused(command, folder, {"r.db", "another program"});
  }
  SUBCASE("newer") {
    REQUIRE(run_stormsweep(command, folder).status == 0);
    SQLite::Database(folder / "r.db", SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 1000");
    check_refused(command, folder, {"r.db", "1000"});
  }
  SUBCASE("a folder that is not there") {
    check_refused({"run", "space.json", "--results", "nowhere/r.db"}, folder, {"nowhere/r.db"});
  }
  SUBCASE("a folder that cannot be written") {
    check_refused({"run", "space.json", "--results", "/proc/r.db"}, folder, {"/proc/r.db"});
  }
}

TEST_CASE("a full disk ends a search early, and what is committed stays") {
  const WorkFolder folder;
  // Slow enough that the disk has room for what a busy machine's first commit has.
  folder.write("space.json", noop(R"("milliseconds": 1, "index": {"min": 1, "max": 20000, "step": 1})"));
  fs::create_directory(folder / "small");
  const std::string script =
      "mount -t tmpfs -o size=400k none small || exit 99; " + stormsweep_program() +
      " run space.json --results small/r.db --workers 1 --lost-after 0.5; status=$?; "
      "sqlite3 small/r.db 'PRAGMA integrity_check; SELECT count(*) > 0 FROM results'; exit $status";
  const Ended ended = run({"unshare", "--mount", "sh", "-c", script}, folder);
  if (ended.status == 99 || ended.status == 1) {
    MESSAGE("skipped: this user may not mount a small disk");
    return;
  }
  CAPTURE(ended.err);
  CHECK(ended.status == 85);
  CHECK(ended.out == "ok\n1\n");
  CHECK(ended.err.find("small/r.db") != std::string::npos);
  CHECK(ended.err.find("full") != std::string::npos);
}

TEST_CASE("a dry run refuses what a run would") {
  const WorkFolder folder;
  folder.write("n.json", noop(R"("index": [1, 2])"));
  folder.write("text.db", "no database");
  folder.write("gang.json", noop(R"("gpus": 2)"));
  folder.write("budget.json", noop(R"("index": {"min": 1, "max": 9}, "epochs": [1, 3])",
                                   R"(, "method": "random", "limits": {"hours": 1})"));
  for (const char* more : {"--dry-run", "--keep-best=0"}) {
    check_refused({"run", "gang.json", "--workers", "1", more}, folder, {"parameters.gpus is 2, but 1 worker"});
    check_refused({"run", "budget.json", "--workers", "1", more}, folder, {"limits.hours (1): how many trainings fit"});
  }
  folder.write("large.json", noop(R"("gpus": 1000)"));
  check_refused({"run", "large.json", "--dry-run"}, folder, {"parameters.gpus is 1000"});
  // Each node has as much as this one.
  CHECK(run({"env", "SLURM_NNODES=1000", stormsweep_program(), "run", "large.json", "--dry-run"}, folder).status == 0);
  for (const char* more : {"--dry-run", "--workers=1"}) {
    check_refused({"run", "n.json", "--results", "nowhere/n.db", more}, folder, {"nowhere", "make that"});
    check_refused({"run", "n.json", "--results", "text.db", more}, folder, {"text.db", "not a results database"});
  }
  CHECK(run_stormsweep({"help", "run"}, folder).out.find("--workers") != std::string::npos);
  check_refused({"help", "nonsense"}, folder, {"nonsense is not a command"});
}
