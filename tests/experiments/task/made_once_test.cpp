#include "experiments/task/made_once.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "search/space/file_stamps.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;

TEST_CASE("what is made from the data is made once, and not kept where the data changed while it was made") {
  const TemporaryFolder folder;
  const std::filesystem::path cache = folder / "results" / "cache";
  TaskContext context{.cache = cache};
  int made = 0;
  const auto make = [&made](const std::filesystem::path& path) { std::ofstream(path) << ++made; };

  bool changed = true;
  context.check_data = [&] {
    if (changed) throw FileChanged("rain.h5: has changed");
  };
  CHECK_THROWS_AS(made_once(context, "sums", make), FileChanged);
  CHECK(!std::filesystem::exists(cache / "sums"));

  changed = false;
  CHECK(made_once(context, "sums", make) == cache / "sums");
  CHECK(text_of(cache / "sums") == "2");
  changed = true;  // what was made before is of the data as it was
  CHECK(made_once(context, "sums", make) == cache / "sums");
  CHECK(made == 2);

  std::ofstream(folder / "file") << "no folder";
  context.cache = folder / "file";
  CHECK_THROWS_AS(made_once(context, "sums", make), InputError);
  CHECK(made == 2);
}
