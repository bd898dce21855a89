#include "master/slurm/job_end.hpp"

#include <doctest/doctest.h>

#include "search/base/utc.hpp"
#include "tests/variable.hpp"

using namespace stormsweep;
using test::Variable;

TEST_CASE("a run ends at its limit or with its Slurm job, whichever is first") {
  const double now = unix_time();
  CHECK_FALSE(find_job_end({}));
  CHECK(find_job_end(Seconds(100)).value() == doctest::Approx(now + 100).epsilon(1e-9));
  const Variable job("SLURM_JOB_ID", "1"), end("SLURM_JOB_END_TIME", std::to_string(now + 50));
  CHECK(find_job_end({}).value() == doctest::Approx(now + 50).epsilon(1e-9));
  CHECK(find_job_end(Seconds(100)).value() == doctest::Approx(now + 50).epsilon(1e-9));
  CHECK(find_job_end(Seconds(20)).value() == doctest::Approx(now + 20).epsilon(1e-9));
}

TEST_CASE("the end that a launcher has found is not looked for again") {
  {
    const Variable told(job_end_variable, "1234");
    CHECK(find_job_end(Seconds(100)) == 1234);
  }
  const Variable told(job_end_variable, "none");
  CHECK_FALSE(find_job_end(Seconds(100)));
}
