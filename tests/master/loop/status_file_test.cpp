#include "master/loop/status_file.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/folder.hpp"
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

TEST_CASE("a rank that no command has started reports to nobody") {
  const test::Variable told(launch::status_file, "");
  CHECK_FALSE(launch::launched());
  CHECK_NOTHROW(launch::leave_report({}));
}
