#include "search/base/private_folder.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "tests/folder.hpp"
#include "tests/variable.hpp"

using namespace stormsweep;

namespace {

namespace fs = std::filesystem;

void age(const fs::path& folder) {
  fs::last_write_time(folder, fs::file_time_type::clock::now() - std::chrono::minutes(5));
}

}  // namespace

TEST_CASE("what a killed process left in its temporary folder goes with the next, and that of a living one stays") {
  const TemporaryFolder temporary;
  const test::Variable tmpdir("TMPDIR", temporary.path().string());
  const fs::path other = temporary / "stormsweep-other-files", elsewhere = temporary / "stormsweep-otherhost-a1B2c3";
  fs::create_directory(other);
  fs::create_directory(elsewhere);  // its process may live, and its lock not be seen here
  const PrivateFolder living;
  if (const pid_t child = fork(); child == 0) {
    const PrivateFolder killed;
    std::ofstream(killed.path() / "copy.db") << "rows";
    age(killed.path());
    _exit(0);  // without its destructor, as by SIGKILL
  } else {
    waitpid(child, nullptr, 0);
  }
  CHECK(std::distance(fs::directory_iterator(temporary.path()), {}) == 4);
  age(living.path());
  age(other);
  age(elsewhere);
  const PrivateFolder next;
  CHECK(fs::exists(living.path()));
  CHECK(fs::exists(other));
  CHECK(fs::exists(elsewhere));
  CHECK(std::distance(fs::directory_iterator(temporary.path()), {}) == 4);
}
