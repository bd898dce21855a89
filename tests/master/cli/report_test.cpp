#include "master/cli/report.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "tests/master/report/results_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("report writes a page, and says how large it is") {
  const TornadoResults results;
  const std::string page = (results.folder / "t.html").string();
  CHECK(printed(report_command, {results.file, "-o", page}) == page + ": 0.1 MB\n");
  CHECK(text_of(page).starts_with("<!doctype html>"));
}

TEST_CASE("report refuses what it cannot make a page of, and leaves nothing behind") {
  const TornadoResults results;
  const auto refuses = [&](const Arguments& arguments, const std::string& says) {
    CAPTURE(says);
    CHECK_THROWS_WITH_AS(report_command(arguments), doctest::Contains(says.c_str()), InputError);
  };
  const std::string page = (results.folder / "t.html").string(), before = text_of(results.file);
  refuses({results.file, "-o", results.file}, "a page is HTML; let the name end in .html");
  refuses({"nowhere.db", "-o", page}, "nowhere.db");
  refuses({results.file, "-o", page, "--search", "other"}, "--search is other; the searches there are s");
  refuses({results.file, "-o", (results.folder / "none" / "t.html").string()}, "choose a folder that exists");
  refuses({results.file, "-o", page, "--paper", "tornad"}, "--paper is tornad; did you mean tornado?");
  refuses({results.file, "-o", page, "--paper", "nowcast"},
          "no search here is of that experiment; there are s (tornado)");
  refuses({results.file}, "--output");
  CHECK(text_of(results.file) == before);
  CHECK(std::distance(std::filesystem::directory_iterator(results.folder.path()), {}) == 1);
}
