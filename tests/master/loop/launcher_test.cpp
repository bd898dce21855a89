#include "master/loop/launcher.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "worker/channel/mpi_channel.hpp"

using namespace stormsweep;
using launch::mpirun_words;
using Words = std::vector<std::string>;

namespace {

const Words newest{"mpirun", "--enable-recovery", "--oversubscribe", "--bind-to", "none", "--output", ":raw", "-n",
                   "3"};

}  // namespace

TEST_CASE("Open MPI 4 is told to be patient") {
  CHECK(mpirun_words("mpirun (Open MPI) 4.1.4\n\nReport bugs to http://www.open-mpi.org/community/help/\n", 3) ==
        Words{"mpirun", "--enable-recovery", "--oversubscribe", "--bind-to", "none", "--mca",
              "odls_base_sigkill_timeout", "30", "-n", "3"});
}

TEST_CASE("Open MPI 5 refuses that option; what ranks say is handed on as it comes") {
  CHECK(mpirun_words("mpirun (Open MPI) 5.0.7\n\nReport bugs to https://www.open-mpi.org/community/help/\n", 3) ==
        newest);
}

TEST_CASE("a newer Open MPI is taken for the newest that is known") {
  CHECK(mpirun_words("mpirun (Open MPI) 12.0.0\n", 3) == newest);
}

TEST_CASE("other launchers, and an Open MPI that is too old, are refused") {
  CHECK_THROWS_WITH_AS(
      mpirun_words("HYDRA build details:\n    Version:  4.2.0\n", 3),
      "mpirun: is not Open MPI 4 or newer, but \"HYDRA build details:\"; load the module that stormsweep was built "
      "with, or put Open MPI's folder first in PATH",
      InputError);
  CHECK_THROWS_WITH_AS(
      mpirun_words("mpirun (Open MPI) 3.1.3\n", 3),
      "mpirun: is not Open MPI 4 or newer, but \"mpirun (Open MPI) 3.1.3\"; load the module that stormsweep was "
      "built with, or put Open MPI's folder first in PATH",
      InputError);
  CHECK_THROWS_AS(mpirun_words("", 3), InputError);
}

TEST_CASE("a folder that another mpirun has removed is told from one that cannot be made") {
  const auto written = [](const std::string& reason) {
    return "A call to mkdir was unable to create the desired directory:\n\n  Directory: /tmp/ompi.n1.0\n  Error:     " +
           reason + "\n\n  orte_session_dir failed\n  --> Returned value Error (-1) instead of ORTE_SUCCESS\n";
  };
  CHECK(launch::lost_folder(written("File exists")));
  CHECK(launch::lost_folder(written("No such file or directory")));
  CHECK_FALSE(launch::lost_folder(written("Permission denied")));
  CHECK_FALSE(launch::lost_folder(written("No space left on device")));
  CHECK_FALSE(launch::lost_folder("mpirun was unable to find the specified hostfile: No such file or directory\n"));
}

TEST_CASE("an mpirun of another Open MPI than the library is refused") {
  const std::string library = "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022";
  CHECK_NOTHROW(launch::check_library("mpirun (Open MPI) 4.0.7\n", library));
  CHECK_THROWS_WITH_AS(
      launch::check_library("mpirun (Open MPI) 5.0.7\n", library),
      "mpirun: belongs to Open MPI 5, but stormsweep is linked with Open MPI 4; load the module that it was "
      "built with, or put that Open MPI's folder first in PATH",
      InputError);
  CHECK_THROWS_WITH_AS(launch::check_library("mpirun (Open MPI) 4.0.7\n", "MPICH Version:      4.0.2\n"),
                       "stormsweep: is not linked with Open MPI; build it again with one", InputError);
}

TEST_CASE("the mpirun of this machine is known, and is the library's") {
  CHECK_NOTHROW(launch::check_library(launch::mpirun_version(), MpiChannel::library()));
}
