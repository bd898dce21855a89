#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "search/base/file.hpp"

namespace stormsweep {

/// The lock beside a file of JSON lines, by which one process at a time writes it, and one database as long as that is
/// there: two that have a search of one name, or a database and its copy, would cut each other's lines. Makes the
/// folder. Nothing where another one writes it. Throws InputError: it cannot be locked.
std::optional<FileLock> claim_lines(const std::filesystem::path& file, const std::filesystem::path& database);
/// Another database than this, still there, that claimed it last; empty: none.
std::filesystem::path other_owner(const std::filesystem::path& file, const std::filesystem::path& database);

/// A file of JSON lines that grows in step with the database: what was appended counts only once it is kept, and the
/// database remembers the kept length. All functions but `forget` throw NotNow (database.hpp) where the file or its
/// disk refuses.
class JsonLines {
 public:
  /// Opens or creates `file`, which has been claimed, and cuts it to its first `length` bytes, which are kept.
  JsonLines(std::filesystem::path file, std::uint64_t length);
  ~JsonLines();
  JsonLines(const JsonLines&) = delete;
  JsonLines& operator=(const JsonLines&) = delete;

  void append(std::string_view lines);
  void sync();                                        ///< what was appended is on the disk
  void keep() { kept_ = written_; }                   ///< what was appended is in the database too
  void forget();                                      ///< the database did not take what was appended
  std::uint64_t written() const { return written_; }  ///< bytes, those not yet kept included

 private:
  void cut(std::uint64_t length);
  [[noreturn]] void refuse() const;

  std::filesystem::path file_;
  int descriptor_ = -1;
  std::uint64_t kept_ = 0, written_ = 0;
};

}  // namespace stormsweep
