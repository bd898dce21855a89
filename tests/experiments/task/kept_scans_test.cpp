#include "experiments/task/kept_scans.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

namespace fs = std::filesystem;

/// Writes with a change time of its own: the kernel's clock for files may tick only every 10 ms.
void write(const fs::path& file, const std::string& text, fs::file_time_type time) {
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::ofstream(file) << text;
  fs::last_write_time(file, time);
}

}  // namespace

TEST_CASE("what a scan found is kept as long as its files are the same, and no longer") {
  const TemporaryFolder folder;
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  const fs::path a = folder / "a", b = folder / "b", cache = folder / "cache";
  write(a, "one", old), write(b, "two", old);
  int scans = 0;
  const auto scan = [&](const auto&) { return "scan " + std::to_string(++scans); };
  const auto find = [&](const std::string& kind = "words 1") { return KeptScans(cache).find(kind, {a, b}, scan); };
  CHECK(find() == "scan 1");
  CHECK(find() == "scan 1");
  CHECK(find("letters 1") == "scan 2");
  CHECK(find("words 2") == "scan 3");  // another scan, of another version
  CHECK(KeptScans(cache).find("words 1", {a}, scan) == "scan 4");
  CHECK(find() == "scan 1");

  write(b, "too", old);  // another byte, with the same size and modification time
  CHECK(find() == "scan 5");
  CHECK(find() == "scan 5");
  fs::last_write_time(b, old + std::chrono::nanoseconds(1000));
  CHECK(find() == "scan 6");
  write(folder / "c", "too", old + std::chrono::nanoseconds(1000));
  fs::rename(folder / "c", b);
  CHECK(find() == "scan 7");
  for (const auto& entry : fs::directory_iterator(cache)) std::ofstream(entry.path()) << R"({"kind": 3})";
  CHECK(find() == "scan 8");  // and a torn file is made anew
  CHECK(find() == "scan 8");
}

TEST_CASE("a scan is not kept of files that may change unseen, that cannot be scanned, or in no folder") {
  const TemporaryFolder folder;
  const auto now = fs::file_time_type::clock::now(), old = now - std::chrono::hours(1);
  const fs::path file = folder / "a", cache = folder / "cache";
  int scans = 0;
  const auto find = [&](const KeptScans& kept) {
    return kept.find("words 1", {file}, [&](const auto&) { return std::to_string(++scans); });
  };
  CHECK(find(KeptScans(cache)) == "1");  // the scan throws, for a file that does not exist
  for (const auto time : {now, now + std::chrono::hours(1)}) {
    write(file, "one", time);
    find(KeptScans(cache));
    CHECK_FALSE(fs::exists(cache));
  }
  write(file, "one", old);
  CHECK(find(KeptScans()) == "4");
  CHECK(find(KeptScans(file / "no folder")) == "5");
  CHECK_THROWS_AS(
      KeptScans(cache).find("words 1", {file}, [](const auto&) -> std::string { throw std::runtime_error("unfit"); }),
      std::runtime_error);
  CHECK_THROWS_AS(
      KeptScans(cache).find("words 1", {file}, [](const auto&) -> std::string { throw std::runtime_error("unfit"); }),
      std::runtime_error);
  KeptScans(cache).find("words 1", {file}, [&](const auto&) {  // written while it is read
    write(file, "two", old + std::chrono::seconds(1));
    return "1 and 2";
  });
  CHECK_FALSE(fs::exists(cache));
}
