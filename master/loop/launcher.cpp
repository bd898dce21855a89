#include "master/loop/launcher.hpp"

#include <charconv>
#include <ranges>

#include "search/base/error.hpp"
#include "search/base/process.hpp"

namespace stormsweep::launch {

namespace {

struct Release {
  int major;                         ///< of Open MPI: this one and newer
  std::vector<std::string> command;  ///< mpirun, as it has to be started
  std::vector<std::string> options;
};

/// From old to new.
const std::vector<Release>& releases() {
  static const std::vector<Release> known{
      // SIGTERM, which Slurm sends to all processes of a job, must not reach it: the ranks have it too, and drain. It
      // would wait for its own limit, hand on nothing that they say, and be there long after they are gone.
      {4, {"env", "--block-signal=TERM", "mpirun"}, {"--mca", "odls_base_sigkill_timeout", "30"}},
      // Within 1 s of it this one kills ranks whatever it is told. Unless told to hand on what it gets, it holds lines
      // back until they end, which a bar does not.
      {5, {"env", "--block-signal=TERM", "mpirun"}, {"--output", ":raw"}},
  };
  return known;
}

/// 0 where it is not Open MPI.
int major_version(std::string_view version) {
  constexpr std::string_view name = "(Open MPI) ";
  const std::size_t at = version.find(name);
  int major = 0;
  if (at != std::string_view::npos)
    std::from_chars(version.data() + at + name.size(), version.data() + version.size(), major);
  return major;
}

const Release& release_of(std::string_view version) {
  const int major = major_version(version);
  for (const Release& release : std::views::reverse(releases()))
    if (release.major <= major) return release;
  throw InputError("mpirun: is not Open MPI 4 or newer, but \"" + std::string(version.substr(0, version.find('\n'))) +
                   "\"; put Open MPI's folder first in PATH");
}

}  // namespace

std::string mpirun_version() {
  int status = 0;
  std::string version = process::capture({"mpirun", "--version"}, status);
  if (status == 127) throw InputError("mpirun: not found; install the package openmpi-bin");
  return version;
}

std::vector<std::string> mpirun_words(std::string_view version, int ranks) {
  // --enable-recovery: a dead worker does not end the job. --bind-to none: the default pins a rank to one core.
  // --oversubscribe: the master shares a core with a worker.
  const Release& release = release_of(version);
  std::vector<std::string> words = release.command;
  words.insert(words.end(), {"--enable-recovery", "--oversubscribe", "--bind-to", "none"});
  words.insert(words.end(), release.options.begin(), release.options.end());
  words.insert(words.end(), {"-n", std::to_string(ranks)});
  return words;
}

}  // namespace stormsweep::launch
