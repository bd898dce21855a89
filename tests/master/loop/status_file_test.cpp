#include "master/loop/status_file.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/folder.hpp"
#include "tests/heard.hpp"
#include "tests/variable.hpp"

using namespace stormsweep;

TEST_CASE("the command hears that its job has started, and how it ended, and leaves nothing behind") {
  const TemporaryFolder temporary;
  const test::Variable tmpdir("TMPDIR", temporary.path().string());
  {
    const launch::StatusFile file;
    const test::Variable told(launch::status_file, file.path());
    CHECK_FALSE(file.started());
    CHECK_FALSE(file.report());
    launch::leave_started();
    CHECK(file.started());
    CHECK(file.master() == getpid());
    CHECK_FALSE(file.report());
    launch::leave_report({.status = 85, .again = true, .lost = false, .failures = 12});
    CHECK(file.started());
    CHECK_FALSE(file.master());
    const auto report = file.report();
    REQUIRE(report);
    CHECK(report->status == 85);
    CHECK(report->again);
    CHECK_FALSE(report->lost);
    CHECK(report->failures == 12);
  }
  CHECK(std::filesystem::is_empty(temporary.path()));
}

TEST_CASE("from another host, which has no such file, the command hears it by standard error") {
  const TemporaryFolder temporary;
  const test::Variable tmpdir("TMPDIR", temporary.path().string());
  const launch::StatusFile file;
  const std::string there = temporary.path().string() + "/nowhere/status";
  const test::Variable told(launch::status_file, there);
  const std::string line = heard([] { launch::leave_report({.status = 85, .failures = 3}); });
  const std::string mark = "[" + there + "] ";
  CHECK(launch::status_mark(there) == mark);
  REQUIRE(line.starts_with(mark));
  file.take(line.substr(mark.size(), line.size() - mark.size() - 1));
  REQUIRE(file.report());
  CHECK(file.report()->status == 85);
  CHECK(file.report()->failures == 3);
}

TEST_CASE("a rank that no command has started reports to nobody") {
  const test::Variable told(launch::status_file, "");
  CHECK_FALSE(launch::launched());
  CHECK_NOTHROW(launch::leave_report({}));
}
