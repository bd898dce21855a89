#include "datasets/files/mapped_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

#include "search/base/file.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

constexpr std::size_t page = 4096, piece = 5 * page, pieces = 200;

/// The number of pages of a file that are in memory, from the kernel, by a mapping of our own.
std::size_t resident(const std::filesystem::path& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY));
  void* const base = mmap(nullptr, pieces * piece, PROT_READ, MAP_SHARED, *file, 0);
  std::vector<unsigned char> in(pieces * piece / page);
  CHECK(mincore(base, pieces * piece, in.data()) == 0);
  munmap(base, pieces * piece);
  return static_cast<std::size_t>(std::ranges::count_if(in, [](unsigned char one) { return one & 1; }));
}

/// Drops a file from memory, if its file system can.
void forget(const std::filesystem::path& path) {
  const Descriptor file(open(path.c_str(), O_RDWR));
  fsync(*file);
  posix_fadvise(*file, 0, 0, POSIX_FADV_DONTNEED);
}

}  // namespace

TEST_CASE("pieces of a mapped file that will be needed are read, and no others") {
  const TemporaryFolder folder;
  std::ofstream(folder / "f") << std::string(pieces * piece, 'x');
  forget(folder / "f");
  if (resident(folder / "f") > 0) {
    MESSAGE("SKIPPED: files of ", folder.path().string(), " are always in memory");
    return;
  }
  const MappedFile map(folder / "f", "mend it");
  map.will_need({});
  const auto bytes = std::as_bytes(map.numbers<char>({{pieces * piece}, 0, pieces * piece}));
  // Every fourth piece, without its first and last byte: still all of its pages.
  std::vector<std::span<const std::byte>> wanted;
  for (std::size_t i = 0; i < pieces; i += 4) wanted.push_back(bytes.subspan(i * piece + 1, piece - 2));
  map.will_need(wanted);
  const std::size_t expected = wanted.size() * piece / page;
  for (int tries = 0; resident(folder / "f") < expected && tries < 500; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(resident(folder / "f") == expected);
}
