#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace stormsweep {

/// A file descriptor that is closed with it.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  int operator*() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

/// What is known of a copy.
struct StagedCopy {
  std::int64_t bytes = 0;
  std::int64_t modified = 0;  ///< when its source was written, nanoseconds since 1970
  std::string checksum;       ///< XXH3 (64 bits) of its bytes, 16 hexadecimal digits
  bool operator==(const StagedCopy&) const = default;
};

/// XXH3 of what passes by.
class Checksum {
 public:
  Checksum();
  Checksum(const Checksum&) = delete;
  Checksum& operator=(const Checksum&) = delete;
  ~Checksum();
  void add(std::span<const char> bytes);
  std::string digits() const;  ///< 16 hexadecimal ones

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A copy in the making, under a name of its own; removed unless published.
class CopyWriter {
 public:
  /// `path` must be that of no other copy in the making. Throws InputError.
  explicit CopyWriter(std::filesystem::path path);
  ~CopyWriter();
  CopyWriter(const CopyWriter&) = delete;
  CopyWriter& operator=(const CopyWriter&) = delete;

  void write(std::span<const char> bytes);  ///< throws InputError: full disk
  const std::filesystem::path& path() const { return path_; }
  std::int64_t bytes() const { return bytes_; }
  std::string checksum() const { return checksum_.digits(); }
  /// Now it appears, whole.
  void publish(const std::filesystem::path& path);

 private:
  std::filesystem::path path_;
  Descriptor file_;
  Checksum checksum_;
  std::int64_t bytes_ = 0;
};

/// Renames a file, into a folder that is made if need be. Throws InputError.
void move_copy(const std::filesystem::path& from, const std::filesystem::path& to);

/// All of `bytes`, or false, with the reason in errno.
bool write_all(const Descriptor& file, std::span<const char> bytes);
/// Throws InputError, with the reason from errno: `path` cannot be written.
[[noreturn]] void refuse_to_write(const std::filesystem::path& path);

}  // namespace stormsweep
