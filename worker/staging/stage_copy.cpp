#include "worker/staging/stage_copy.hpp"

#include <cerrno>
#include <system_error>

namespace stormsweep {

namespace fs = std::filesystem;

void CopyWriter::write(std::span<const char> bytes) {
  file_.write(bytes);
  checksum_.add(std::as_bytes(bytes));
  bytes_ += static_cast<std::int64_t>(bytes.size());
}

void CopyWriter::publish() {
  std::error_code ignored;  // commit says what is wrong
  fs::create_directories(file_.path().parent_path(), ignored);
  file_.commit();
}

void move_copy(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error) fs::rename(from, to, error);
  errno = error.value();
  if (error) refuse_file(to, "cannot be written", stage_remedy);
}

}  // namespace stormsweep
