#include "master/store/json_lines.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "master/store/database.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr const char* remedy = "give a folder with --json that can be written and has space left";

fs::path lock_of(const fs::path& file) {
  return file.string() + ".lock";
}

}  // namespace

std::optional<FileLock> claim_lines(const fs::path& file, const fs::path& database) {
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  errno = failed.value();
  if (failed) refuse_file(file.parent_path(), "cannot be made", remedy);
  auto lock = FileLock::attempt(lock_of(file), remedy);
  if (!lock) return lock;
  if (!other_owner(file, database).empty()) return std::nullopt;
  lock->sign(fs::weakly_canonical(database).string());
  return lock;
}

fs::path other_owner(const fs::path& file, const fs::path& database) {
  std::error_code missing;
  if (!fs::exists(lock_of(file), missing)) return {};
  const fs::path owner = read_file(lock_of(file), remedy);
  return fs::exists(owner, missing) && !fs::equivalent(owner, database, missing) ? owner : fs::path();
}

JsonLines::JsonLines(std::filesystem::path file, std::uint64_t length) : file_(std::move(file)) {
  descriptor_ = open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) refuse();
  cut(length);
}

JsonLines::~JsonLines() {
  close(descriptor_);
}

void JsonLines::append(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t count = pwrite(descriptor_, lines.data(), lines.size(), static_cast<off_t>(written_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse();
    written_ += static_cast<std::uint64_t>(count);
    lines.remove_prefix(static_cast<std::size_t>(count));
  }
}

void JsonLines::sync() {
  if (fdatasync(descriptor_) != 0) refuse();
}

void JsonLines::forget() {
  if (written_ == kept_) return;  // another process may have taken over
  written_ = kept_;
  if (ftruncate(descriptor_, static_cast<off_t>(kept_)) != 0) return;  // later lines overwrite it
}

void JsonLines::cut(std::uint64_t length) {
  if (ftruncate(descriptor_, static_cast<off_t>(length)) != 0) refuse();
  kept_ = written_ = length;
}

void JsonLines::refuse() const {
  throw NotNow(fmt::format("{}: {}; {}", file_.string(), std::strerror(errno), remedy));
}

}  // namespace stormsweep
