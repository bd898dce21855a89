#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "search/base/file.hpp"

namespace stormsweep {

/// Takes the lock beside a file of JSON lines. One process at a time may write the file, and, while it exists, only the
/// database that claimed it: two databases with a search of the same name, or a database and its copy, would truncate
/// each other's lines. Makes the folder. Nothing where another process or database has the file. Throws InputError: it
/// cannot be locked.
std::optional<FileLock> claim_lines(const std::filesystem::path& file, const std::filesystem::path& database);
/// The database that claimed the file last, if it is another one and still exists; otherwise empty.
std::filesystem::path other_owner(const std::filesystem::path& file, const std::filesystem::path& database);

/// A file of JSON lines that grows in step with the database: appended lines count only once they are kept, and the
/// database stores the kept length. All functions but `forget` throw NotNow (database.hpp) where the file or its disk
/// refuses.
class JsonLines {
 public:
  /// Opens or creates `file`, which has been claimed, and truncates it to its first `length` bytes, which are kept.
  JsonLines(std::filesystem::path file, std::uint64_t length);
  ~JsonLines();
  JsonLines(const JsonLines&) = delete;
  JsonLines& operator=(const JsonLines&) = delete;

  void append(std::string_view lines);
  void sync();                                        ///< brings appended lines to the disk
  void keep() { kept_ = written_; }                   ///< the database has the appended lines, too
  void forget();                                      ///< drops appended lines, which the database did not take
  std::uint64_t written() const { return written_; }  ///< bytes, including those not yet kept

 private:
  void cut(std::uint64_t length);
  [[noreturn]] void refuse() const;

  std::filesystem::path file_;
  int descriptor_ = -1;
  std::uint64_t kept_ = 0, written_ = 0;
};

}  // namespace stormsweep
