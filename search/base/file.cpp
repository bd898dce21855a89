#include "search/base/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <random>
#include <sstream>
#include <system_error>

#include "search/base/error.hpp"

namespace stormsweep {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path, std::string_view remedy) {
  std::ifstream stream(path, std::ios::binary);
  if (stream.is_open()) errno = 0;  // opening a pipe asks for its position, in vain
  std::ostringstream text;
  text << stream.rdbuf();  // catches what reading a folder throws; an empty file sets its failbit too
  if (!stream.is_open() || errno != 0) refuse_file(path, "cannot be read", remedy);
  return text.str();
}

namespace {

constexpr std::string_view suffix = ".new";
constexpr std::size_t digits = 8;
constexpr int most_links = 40;  // as the kernel follows; more are a circle

fs::path beside(const fs::path& path) {
  return fmt::format("{}.{:0{}x}{}", path.string(), std::random_device{}(), digits, suffix);
}

/// Where the file is to stand. Throws InputError where something else stands that a file cannot replace.
fs::path place_of(const fs::path& path, const std::string& remedy) {
  fs::path place = behind_links(path);
  std::error_code failed;
  if (fs::is_other(place, failed)) throw InputError(path.string() + ": is a device, a pipe or a socket; " + remedy);
  return place;
}

/// Has the permissions and group of the file at `path`, which it will replace, before a byte is written. Its owner may
/// always write it, as libraries open it again; if we cannot give it to the group, the group gets no permissions.
Descriptor open_temporary(const fs::path& temporary, const fs::path& path) {
  struct stat before {};
  const bool replaces = ::lstat(path.c_str(), &before) == 0 && S_ISREG(before.st_mode);
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, replaces ? 0600 : 0666));
  if (!file || !replaces) return file;
  const mode_t kept = ::fchown(*file, -1, before.st_gid) == 0 ? 0777 : 0707;
  ::fchmod(*file, (before.st_mode & kept) | S_IWUSR);
  return file;
}

/// After this the renaming itself survives a power loss. Some network file systems cannot sync folders, and nobody can
/// sync one that he may write to, but not read.
bool sync_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor) return errno == EACCES;
  return ::fsync(*descriptor) == 0 || errno == EINVAL;
}

Descriptor open_lock(const fs::path& path, const std::string& remedy) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!file) refuse_file(path, "cannot be locked", remedy);
  return file;
}

bool lock(const Descriptor& file, int how) {
  while (::flock(*file, how) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

bool write_all(const Descriptor& file, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(*file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

std::string_view remedy_against(int error, std::string_view usual) {
  if (error == EMFILE) return "raise `ulimit -n`";
  return error == EIO ? "look at its disk" : usual;
}

void refuse_file(const fs::path& path, std::string_view problem, std::string_view remedy) {
  const int error = errno;
  const std::string reason = error == 0 ? "" : " (" + std::generic_category().message(error) + ")";
  throw InputError(fmt::format("{}: {}{}; {}", path.string(), problem, reason, remedy_against(error, remedy)));
}

fs::path behind_links(fs::path path) {
  struct stat link {};
  std::error_code failed;
  for (int links = 0; links < most_links; ++links) {
    if (::lstat(path.c_str(), &link) != 0 || !S_ISLNK(link.st_mode) || link.st_uid != ::geteuid()) break;
    path = path.parent_path() / fs::read_symlink(path, failed);
  }
  return path;
}

AtomicFile::AtomicFile(const fs::path& path, std::string remedy)
    : AtomicFile(path, beside(behind_links(path)), std::move(remedy)) {}

AtomicFile::AtomicFile(const fs::path& path, fs::path temporary, std::string remedy)
    : path_(place_of(path, remedy)),
      temporary_(std::move(temporary)),
      remedy_(std::move(remedy)),
      file_(open_temporary(temporary_, path_)) {
  if (!file_) refuse("cannot be written");
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, fs::path())),
      remedy_(std::move(other.remedy_)),
      file_(std::move(other.file_)) {}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const char> bytes) {
  if (!write_all(file_, bytes)) refuse("cannot be written");
}

void AtomicFile::sync() {
  if (::fsync(*file_) != 0) refuse("cannot be written to disk");
}

void AtomicFile::commit() {
  sync();
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) refuse("cannot be replaced");
  temporary_.clear();
  file_ = Descriptor();
  if (!sync_folder(path_.parent_path())) refuse("cannot be written to disk");
}

fs::path AtomicFile::target_of(const fs::path& file) {
  const std::string& name = file.native();
  const std::size_t tail = 1 + digits + suffix.size();
  if (name.size() <= tail || !name.ends_with(suffix) || name[name.size() - tail] != '.') return file;
  const std::string_view number = std::string_view(name).substr(name.size() - tail + 1, digits);
  return number.find_first_not_of("0123456789abcdef") == number.npos ? fs::path(name.substr(0, name.size() - tail))
                                                                     : file;
}

bool locked_by_another(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file && !lock(file, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
}

FileLock::FileLock(const fs::path& path, const std::string& remedy) : FileLock(path, remedy, open_lock(path, remedy)) {
  if (!lock(file_, LOCK_EX)) refuse_file(path_, "cannot be locked", remedy_);
}

std::optional<FileLock> FileLock::attempt(const fs::path& path, const std::string& remedy) {
  FileLock result(path, remedy, open_lock(path, remedy));
  if (lock(result.file_, LOCK_EX | LOCK_NB)) return result;
  if (errno != EWOULDBLOCK) refuse_file(path, "cannot be locked", remedy);
  return std::nullopt;
}

void FileLock::sign(std::string_view holder) {
  if (::ftruncate(*file_, 0) != 0 || !write_all(file_, holder)) refuse_file(path_, "cannot be written", remedy_);
}

}  // namespace stormsweep
