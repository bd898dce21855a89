#include "master/loop/status_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/output.hpp"
#include "search/base/text.hpp"

namespace stormsweep::launch {

namespace {

namespace fs = std::filesystem;

void leave(const std::string& line) {
  if (!launched()) return;
  const std::string path(environment(status_file));
  std::ofstream file(path);
  if (file)
    file << line << '\n';
  else
    remark("{}{}\n", status_mark(path), line);
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

std::string status_mark(const std::string& path) {
  return "[" + path + "] ";
}

StatusFile::StatusFile() : path_((folder_.path() / "status").string()) {
  const Descriptor file(open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const std::vector<char> block(4096);  // more than the report needs, since a full disk still takes empty files
  if (!file || !write_all(file, block) || ftruncate(*file, 0) != 0)
    refuse_file(temporary_folder(), "cannot take temporary files", temporary_remedy);
}

bool StatusFile::started() const {
  std::error_code error;
  return fs::file_size(path_, error) > 0 && !error;
}

void StatusFile::take(const std::string& line) const {
  std::ofstream(path_) << line << '\n';
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
