#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "search/base/checksum.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

/// The end of every error message about a folder that does not take copies.
constexpr const char* stage_remedy = "free some space there, or stage into another folder";

/// What is known of a copy.
struct StagedCopy {
  std::int64_t bytes = 0;
  std::int64_t modified = 0;  ///< when its source was written, nanoseconds since 1970
  std::string checksum;       ///< XXH3 (64 bits) of its bytes, 16 hexadecimal digits
  bool operator==(const StagedCopy&) const = default;
};

/// A copy being written, with its size and checksum. Functions throw InputError where the disk is full, say.
class CopyWriter {
 public:
  /// `temporary`: see AtomicFile.
  CopyWriter(const std::filesystem::path& path, const std::filesystem::path& temporary)
      : file_(path, temporary, stage_remedy) {}

  void write(std::span<const char> bytes);
  const std::filesystem::path& temporary() const { return file_.temporary(); }
  std::int64_t bytes() const { return bytes_; }
  std::string checksum() const { return checksum_.digits(); }
  /// Makes the whole copy appear under its name, in a folder that is made if need be.
  void publish();

 private:
  AtomicFile file_;
  Checksum checksum_;
  std::int64_t bytes_ = 0;
};

/// Renames a file, into a folder that is made if need be. Throws InputError.
void move_copy(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace stormsweep
