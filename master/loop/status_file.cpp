#include "master/loop/status_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/private_folder.hpp"
#include "search/base/text.hpp"

namespace stormsweep::launch {

namespace {

namespace fs = std::filesystem;

void leave(const std::string& line) {
  if (launched()) std::ofstream(fs::path(environment(status_file))) << line << '\n';
}

}  // namespace

bool launched() {
  return !environment(status_file).empty();
}

void leave_started() {
  leave(fmt::format("started {}", getpid()));
}

void leave_report(const Report& report) {
  leave(fmt::format("{:d} {:d} {:d} {}", report.status, report.again, report.lost, report.failures));
}

StatusFile::StatusFile() : path_((temporary_folder() / "stormsweep-status-XXXXXX").string()) {
  file_ = Descriptor(mkostemp(path_.data(), O_CLOEXEC));
  const std::vector<char> block(4096);  // more than the report needs, since a full disk still takes empty files
  if (!file_ || !write_all(file_, block) || ftruncate(*file_, 0) != 0) {
    const int reason = errno;
    if (file_) fs::remove(path_);
    errno = reason;
    refuse_file(temporary_folder(), "cannot take temporary files", temporary_remedy);
  }
}

StatusFile::~StatusFile() {
  std::error_code ignored;
  fs::remove(path_, ignored);
}

bool StatusFile::started() const {
  std::error_code error;
  return fs::file_size(path_, error) > 0 && !error;
}

std::optional<pid_t> StatusFile::master() const {
  std::string word;
  pid_t pid = 0;
  if (std::ifstream(path_) >> word >> pid && word == "started") return pid;
  return std::nullopt;
}

std::optional<Report> StatusFile::report() const {
  Report report;
  if (std::ifstream(path_) >> report.status >> report.again >> report.lost >> report.failures) return report;
  return std::nullopt;
}

}  // namespace stormsweep::launch
