#include "datasets/files/raw_files.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> list(const std::vector<fs::path>& paths) {
  return list_raw_files(
      paths, [](const fs::path& path) { return path.extension() == ".nc"; }, "holds no *.nc file");
}

}  // namespace

TEST_CASE("raw files: in and below folders, links to files and folders followed, each once") {
  const TemporaryFolder folder, elsewhere;
  fs::create_directories(folder / "a/deep"), fs::create_directories(elsewhere / "more");
  const fs::path own = fs::canonical(folder.path()) / "a/deep/1.nc",
                 other = fs::canonical(elsewhere.path()) / "more/2.nc";
  for (const fs::path& path : {own, other, folder / "a/read.me"}) std::ofstream(path) << "x";
  fs::create_directory_symlink(elsewhere / "more", folder / "a/linked");
  fs::create_directory_symlink(folder.path(), folder / "a/deep/round");
  fs::create_symlink(other, folder / "a/again.nc");
  fs::create_symlink(folder / "nowhere.nc", folder / "a/dangling.nc");
  std::vector<fs::path> both{own, other};
  std::ranges::sort(both);
  CHECK(list({folder.path()}) == both);
  CHECK(list({folder.path(), folder / "a/deep", own, folder / "a"}) == both);
  CHECK(list({folder / "a/deep/round/a/linked"}) == std::vector{other});
}

TEST_CASE("raw files: a folder without any, and a name that does not exist, are refused") {
  const TemporaryFolder folder;
  std::ofstream(folder / "read.me") << "x";
  CHECK_THROWS_WITH_AS(list({folder.path()}), (folder.path().string() + ": holds no *.nc file").c_str(), InputError);
  CHECK_THROWS_WITH_AS(list({folder / "b"}), doctest::Contains("b: no such file or folder; check its name"),
                       InputError);
}
