#include "worker/stage_folder.hpp"

#define XXH_INLINE_ALL
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "datasets/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr const char* unfinished = ".copy-";

int open_for_writing(const fs::path& path, int flags) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
}

/// All of it, or false.
bool write_all(int file, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

StageFolder::StageFolder(const fs::path& folder) : folder_(folder) {
  make(folder_);
}

void StageFolder::make(const fs::path& folder) const {
  std::error_code error;
  fs::create_directories(folder, error);
  errno = error.value();
  if (error || access(folder.c_str(), W_OK | X_OK) != 0) refuse(folder);
}

std::string StageFolder::identity() const {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  std::string boot;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
  struct stat status {};
  if (stat(folder_.c_str(), &status) != 0) refuse(folder_);
  return fmt::format("{} {} {} {}", host.data(), boot, status.st_dev, status.st_ino);
}

bool StageFolder::lock() {
  lock_ = Descriptor(open_for_writing(folder_ / ".lock", 0));
  if (!lock_) refuse(folder_ / ".lock");
  if (flock(*lock_, LOCK_EX | LOCK_NB) == 0) return remove_unfinished(), true;
  if (errno != EWOULDBLOCK) refuse(folder_ / ".lock");
  lock_ = Descriptor();
  return false;
}

/// What an interrupted job had in the making.
void StageFolder::remove_unfinished() const {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(transit(""), ignored)) {
    if (entry.is_regular_file(ignored) && entry.path().filename().string().starts_with(unfinished))
      fs::remove(entry.path(), ignored);
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
      notes_[name] = copy;  // a line that a death cut short names a file that is not there
  }
}

std::optional<StagedCopy> StageFolder::noted(const std::string& name) const {
  const auto found = notes_.find(name);
  return found == notes_.end() ? std::nullopt : std::optional(found->second);
}

void StageFolder::note(const std::string& name, const StagedCopy& copy) {
  const std::string line = fmt::format("\n{} {} {} {}\n", copy.checksum, copy.bytes, copy.modified, name);
  const std::lock_guard lock(noting_);
  const Descriptor file(open_for_writing(folder_ / ".notes", O_APPEND));
  if (!file || !write_all(*file, line)) refuse(folder_ / ".notes");
}

void StageFolder::move(const fs::path& from, const fs::path& to) const {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error) fs::rename(from, to, error);
  errno = error.value();
  if (error) refuse(to);
}

void StageFolder::clear_transit() const {
  std::error_code ignored;
  fs::remove_all(transit(""), ignored);
}

void StageFolder::refuse(const fs::path& path) const {
  const std::string problem = std::generic_category().message(errno);
  throw DataError(fmt::format("{}: cannot be written ({}); free some space there, or stage into another folder",
                              path.string(), problem));
}

struct Checksum::State {
  XXH3_state_t xxh;
};

Checksum::Checksum() : state_(std::make_unique<State>()) {
  XXH3_64bits_reset(&state_->xxh);
}
Checksum::~Checksum() = default;

void Checksum::add(std::span<const char> bytes) {
  XXH3_64bits_update(&state_->xxh, bytes.data(), bytes.size());
}

std::string Checksum::digits() const {
  return fmt::format("{:016x}", XXH3_64bits_digest(&state_->xxh));
}

CopyWriter::CopyWriter(const StageFolder& folder, std::int64_t number)
    : folder_(folder),
      path_(folder.transit(fmt::format("{}{}-{}", unfinished, getpid(), number))),
      file_(open_for_writing(path_, O_TRUNC)) {
  if (!file_) folder_.refuse(path_);
}

CopyWriter::~CopyWriter() {
  if (!path_.empty()) unlink(path_.c_str());
}

void CopyWriter::write(std::span<const char> bytes) {
  if (!write_all(*file_, bytes)) folder_.refuse(path_);
  checksum_.add(bytes);
  bytes_ += static_cast<std::int64_t>(bytes.size());
}

void CopyWriter::publish(const fs::path& path) {
  file_ = Descriptor();
  folder_.move(path_, path);
  path_.clear();
}

}  // namespace stormsweep
