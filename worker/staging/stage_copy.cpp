#include "worker/staging/stage_copy.hpp"

#define XXH_INLINE_ALL
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <system_error>

#include "search/base/error.hpp"

namespace stormsweep {

namespace fs = std::filesystem;

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
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

CopyWriter::CopyWriter(fs::path path)
    : path_(std::move(path)), file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (!file_) refuse_to_write(path_);
}

CopyWriter::~CopyWriter() {
  if (!path_.empty()) unlink(path_.c_str());
}

void CopyWriter::write(std::span<const char> bytes) {
  if (!write_all(file_, bytes)) refuse_to_write(path_);
  checksum_.add(bytes);
  bytes_ += static_cast<std::int64_t>(bytes.size());
}

void CopyWriter::publish(const fs::path& path) {
  file_ = Descriptor();
  move_copy(path_, path);
  path_.clear();
}

void move_copy(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error) fs::rename(from, to, error);
  errno = error.value();
  if (error) refuse_to_write(to);
}

bool write_all(const Descriptor& file, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(*file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

void refuse_to_write(const fs::path& path) {
  const std::string problem = std::generic_category().message(errno);
  throw InputError(fmt::format("{}: cannot be written ({}); free some space there, or stage into another folder",
                               path.string(), problem));
}

}  // namespace stormsweep
