#include "master/loop/launcher.hpp"

#include <fmt/format.h>

#include <charconv>
#include <ranges>

#include "search/base/error.hpp"
#include "search/base/process.hpp"

namespace stormsweep::launch {

namespace {

struct Release {
  int major;  ///< of Open MPI: applies from this one on
  std::vector<std::string> options;
};

/// From old to new.
const std::vector<Release>& releases() {
  static const std::vector<Release> known{
      {4, {"--mca", "odls_base_sigkill_timeout", "30"}},
      // This one always kills ranks within 1 s of a signal. Without :raw it holds text back until the line ends, which
      // a progress bar never does.
      {5, {"--output", ":raw"}},
  };
  return known;
}

/// The number after `name` in `text`; 0 where `name` is missing, as it is not Open MPI.
int major_version(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  int major = 0;
  if (at != std::string_view::npos) std::from_chars(text.data() + at + name.size(), text.data() + text.size(), major);
  return major;
}

int mpirun_major(std::string_view version) {
  return major_version(version, "(Open MPI) ");
}

const Release& release_of(std::string_view version) {
  const int major = mpirun_major(version);
  for (const Release& release : std::views::reverse(releases()))
    if (release.major <= major) return release;
  throw InputError("mpirun: is not Open MPI 4 or newer, but \"" + std::string(version.substr(0, version.find('\n'))) +
                   "\"; load the module that stormsweep was built with, or put Open MPI's folder first in PATH");
}

}  // namespace

std::string mpirun_version() {
  int status = 0;
  std::string version = process::capture({"mpirun", "--version"}, status);
  if (status == 127)
    throw InputError("mpirun: not found; load the module that stormsweep was built with, or install openmpi-bin");
  return version;
}

std::vector<std::string> mpirun_words(std::string_view version, int ranks) {
  // --enable-recovery: a dead worker does not end the job. --bind-to none: the default pins a rank to one core.
  // --oversubscribe: the master shares a core with a worker.
  const Release& release = release_of(version);
  std::vector<std::string> words{"mpirun", "--enable-recovery", "--oversubscribe", "--bind-to", "none"};
  words.insert(words.end(), release.options.begin(), release.options.end());
  words.insert(words.end(), {"-n", std::to_string(ranks)});
  return words;
}

bool lost_folder(std::string_view written) {
  // It tells why mkdir failed, although what fails is the look at the folder after it. A reason that stays, such as
  // "Permission denied", is none of these.
  const auto says = [&](std::string_view words) { return written.find(words) != written.npos; };
  return says("orte_session_dir failed") && (says("File exists") || says("No such file or directory"));
}

void check_library(std::string_view version, std::string_view library) {
  const int ours = major_version(library, "Open MPI v"), its = mpirun_major(version);
  if (ours == its) return;
  if (ours == 0) throw InputError("stormsweep: is not linked with Open MPI; build it again with one");
  throw InputError(fmt::format(
      "mpirun: belongs to Open MPI {}, but stormsweep is linked with Open MPI {}; load the module that it was built "
      "with, or put that Open MPI's folder first in PATH",
      its, ours));
}

}  // namespace stormsweep::launch
