#include "search/space/file_stamps.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>

#include "search/base/checksum.hpp"
#include "search/base/machine.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// What a search is trained by: its data, then the files that an experiment of the user's own names.
std::vector<fs::path> files_of(const Space& space) {
  std::vector<fs::path> files;
  for (const auto& [name, path] : space.data) files.push_back(path);
  const Experiment& experiment = *space.experiment;
  if (experiment.command)
    for (const std::string& file : experiment.command->files) files.push_back(experiment.command->directory / file);
  if (experiment.network) {
    const ScriptedNetwork& network = *experiment.network;
    for (const std::string& file : experiment.hyperparameters[experiment.find("network").value()].choices)
      files.push_back(network.directory / file);
    files.push_back(network.directory / network.loss);  // unless it is a name
  }
  return files;
}

FileStamp stamp_of(const fs::path& file) {
  struct stat found {};
  if (stat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return {};
  return {.bytes = found.st_size, .written = found.st_mtim.tv_sec, .checksum = {}};
}

/// Empty where it cannot be read.
std::string checksum_of(const fs::path& file) try {
  Checksum sum;
  sum.add_file(file, "make it readable");
  return sum.digits();
} catch (const InputError&) {
  return {};
}

bool unchanged(const fs::path& file, const FileStamp& before) {
  const FileStamp now = stamp_of(file);
  const bool same = now.bytes == before.bytes && now.written == before.written;
  return same || (!before.checksum.empty() && checksum_of(file) == before.checksum);
}

}  // namespace

std::vector<FileStamp> stamp_files(const Space& space) {
  std::vector<FileStamp> stamps;
  for (const fs::path& file : files_of(space)) {
    stamps.push_back(stamp_of(file));
    const bool is_data = stamps.size() <= space.data.size();
    if (!is_data && stamps.back() != FileStamp{}) stamps.back().checksum = checksum_of(file);
  }
  return stamps;
}

void check_files(const Space& space, std::span<const FileStamp> before) {
  const auto refuse = [](const std::string& what) {
    throw FileChanged(what +
                      ": has changed since the search began to train by it; run the search with what it was, or give "
                      "it another name");
  };
  const std::vector<fs::path> files = files_of(space);
  if (files.size() != before.size()) refuse(space.name + ": its experiment");
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (before[i] == FileStamp{} || unchanged(files[i], before[i])) continue;
    if (std::error_code error; !fs::exists(files[i], error))
      throw FileChanged(
          fmt::format("{}: is not there on {}; all hosts must have it at this path, as it was when the "
                      "search began to train by it",
                      files[i].string(), host_name()));
    refuse(files[i].string());
  }
}

}  // namespace stormsweep
