#include "master/store/json_lines.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "master/store/database.hpp"

namespace stormsweep {

JsonLines::JsonLines(std::filesystem::path file, std::uint64_t length) : file_(std::move(file)) {
  std::error_code ignored;  // open tells what is wrong
  std::filesystem::create_directories(file_.parent_path(), ignored);
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
  if (ftruncate(descriptor_, static_cast<off_t>(kept_)) != 0) return;  // it is written over
}

void JsonLines::cut(std::uint64_t length) {
  if (ftruncate(descriptor_, static_cast<off_t>(length)) != 0) refuse();
  kept_ = written_ = length;
}

void JsonLines::refuse() const {
  throw NotNow(fmt::format("{}: {}; give a folder with --json that can be written and has space left", file_.string(),
                           std::strerror(errno)));
}

}  // namespace stormsweep
