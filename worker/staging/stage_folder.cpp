#include "worker/staging/stage_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/machine.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr const char* in_the_making = ".copy-";

void make(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  errno = error.value();
  if (error || access(folder.c_str(), W_OK | X_OK) != 0) refuse_file(folder, "cannot be written", stage_remedy);
}

/// Throws InputError if another user made `folder` or one above it, or may replace what is in one of them.
void check_place(const fs::path& folder) {
  bool open_to_all = false;  // what is above
  fs::path path;
  for (const fs::path& part : fs::canonical(folder)) {
    path /= part;
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) refuse_file(path, "cannot be looked at", stage_remedy);
    const bool strange = open_to_all && status.st_uid != 0 && status.st_uid != geteuid();
    open_to_all = status.st_mode & S_IWOTH;
    if (strange || (open_to_all && !(status.st_mode & S_ISVTX)))
      throw InputError(
          fmt::format("{}: {} may exchange the copies in it; stage into a folder of your own, or into one "
                      "of root's that has the sticky bit, such as /tmp",
                      path.string(), strange ? "another user, whose it is," : "all users"));
  }
}

void make_private(const fs::path& folder) {
  struct stat status {};
  if ((mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) || lstat(folder.c_str(), &status) != 0)
    refuse_file(folder, "cannot be written", stage_remedy);
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)))
    throw InputError(folder.string() +
                     ": is not a folder that you alone may write to; remove it, or stage into another folder");
}

}  // namespace

StageFolder::StageFolder(const fs::path& folder) : folder_(folder) {
  make(folder_.parent_path());
  check_place(folder_.parent_path());
  make_private(folder_);
}

fs::path StageFolder::of_user(const fs::path& stage, const std::string& fingerprint) {
  return stage / fmt::format("{}-{}", fingerprint, geteuid());
}

std::string StageFolder::identity() const {
  struct stat status {};
  if (stat(folder_.c_str(), &status) != 0) refuse_file(folder_, "cannot be written", stage_remedy);
  std::string boot;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
  return fmt::format("{} {} {} {}", host_name(), boot, status.st_dev, status.st_ino);
}

bool StageFolder::lock(const std::string& job) {
  const fs::path path = folder_ / ".lock";
  lock_ = FileLock::attempt(path, stage_remedy);
  if (!lock_) {
    if (read_file(path, stage_remedy) != job) return false;
    throw InputError(folder_.string() +
                     ": several machines see this folder; stage into one on each machine's own disk");
  }
  lock_->sign(job);
  remove_unfinished();
  return true;
}

/// Removes half-written copies of an interrupted job.
void StageFolder::remove_unfinished() const {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(transit(""), ignored)) {
    if (entry.path().filename().string().starts_with(in_the_making)) fs::remove(entry.path(), ignored);
  }
}

void StageFolder::open() {
  make(transit(""));
  std::ifstream file(folder_ / ".notes");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    StagedCopy copy;
    std::string name;
    if (words >> copy.checksum >> copy.bytes >> copy.modified && words.get() == ' ' && std::getline(words, name))
      notes_[name] = copy;  // a line cut short by a death names a file that does not exist
  }
}

std::optional<StagedCopy> StageFolder::noted(const std::string& name) const {
  const auto found = notes_.find(name);
  return found == notes_.end() ? std::nullopt : std::optional(found->second);
}

void StageFolder::check_room(std::int64_t bytes) const {
  const auto free = static_cast<double>(fs::space(folder_).available), needed = static_cast<double>(bytes);
  if (needed > free)
    throw InputError(fmt::format("{}: copies of {:.3g} GB are to come here, and its file system has {:.3g} GB free; {}",
                                 folder_.string(), 1e-9 * needed, 1e-9 * free, stage_remedy));
}

void StageFolder::note(const std::string& name, const StagedCopy& copy) {
  const std::string line = fmt::format("\n{} {} {} {}\n", copy.checksum, copy.bytes, copy.modified, name);
  const std::lock_guard lock(noting_);
  const fs::path path = folder_ / ".notes";
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file || !write_all(file, line)) refuse_file(path, "cannot be written", stage_remedy);
}

fs::path StageFolder::unfinished(std::int64_t number) const {
  return transit(fmt::format("{}{}-{}", in_the_making, getpid(), number));
}

void StageFolder::clear_transit() const {
  std::error_code ignored;
  fs::remove_all(transit(""), ignored);
}

}  // namespace stormsweep
