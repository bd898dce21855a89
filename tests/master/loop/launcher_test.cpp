#include "master/loop/launcher.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "search/base/error.hpp"

using namespace stormsweep;
using launch::mpirun_words;
using Words = std::vector<std::string>;

namespace {

const Words newest{"env",
                   "--block-signal=TERM",
                   "mpirun",
                   "--enable-recovery",
                   "--oversubscribe",
                   "--bind-to",
                   "none",
                   "--output",
                   ":raw",
                   "-n",
                   "3"};

}  // namespace

TEST_CASE("Open MPI 4 is told to be patient, and SIGTERM is kept from it") {
  CHECK(mpirun_words("mpirun (Open MPI) 4.1.4\n\nReport bugs to http://www.open-mpi.org/community/help/\n", 3) ==
        Words{"env", "--block-signal=TERM", "mpirun", "--enable-recovery", "--oversubscribe", "--bind-to", "none",
              "--mca", "odls_base_sigkill_timeout", "30", "-n", "3"});
}

TEST_CASE("Open MPI 5 refuses that option; SIGTERM is kept from it, and what ranks say is handed on as it comes") {
  CHECK(mpirun_words("mpirun (Open MPI) 5.0.7\n\nReport bugs to https://www.open-mpi.org/community/help/\n", 3) ==
        newest);
}

TEST_CASE("a newer Open MPI is taken for the newest that is known") {
  CHECK(mpirun_words("mpirun (Open MPI) 12.0.0\n", 3) == newest);
}

TEST_CASE("other launchers, and an Open MPI that is too old, are refused") {
  CHECK_THROWS_WITH_AS(
      mpirun_words("HYDRA build details:\n    Version:  4.2.0\n", 3),
      "mpirun: is not Open MPI 4 or newer, but \"HYDRA build details:\"; put Open MPI's folder first in "
      "PATH",
      InputError);
  CHECK_THROWS_WITH_AS(
      mpirun_words("mpirun (Open MPI) 3.1.3\n", 3),
      "mpirun: is not Open MPI 4 or newer, but \"mpirun (Open MPI) 3.1.3\"; put Open MPI's folder first "
      "in PATH",
      InputError);
  CHECK_THROWS_AS(mpirun_words("", 3), InputError);
}

TEST_CASE("the mpirun of this machine is known") {
  const Words words = mpirun_words(launch::mpirun_version(), 2);
  CHECK(std::find(words.begin(), words.end(), "mpirun") != words.end());
}
