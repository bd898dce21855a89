#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
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

/// Copies of files, in a folder on a machine's own disk, and notes of what they are, which outlive the job:
///   <name>           copies for this machine
///   .transit/<name>  copies that only pass through it, and those in the making
///   .notes           a line a copy: checksum, bytes, time of writing, name; a later line counts
///   .lock            is locked while a job stages into the folder
class StageFolder {
 public:
  /// Makes it. Throws DataError where it cannot be written to.
  explicit StageFolder(const std::filesystem::path& folder);

  /// The same for all ranks that see this folder, and for no other: the host, its boot, and the folder's place there.
  std::string identity() const;
  /// False if another job has it. It ends with the process at the latest.
  bool lock();
  void unlock() { lock_ = Descriptor(); }

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  std::filesystem::path transit(const std::string& name) const { return folder_ / ".transit" / name; }
  /// Once it is locked, by whichever rank of the machine: reads the notes. Throws DataError.
  void open();
  std::optional<StagedCopy> noted(const std::string& name) const;
  /// Several ranks and threads may note at once.
  void note(const std::string& name, const StagedCopy& copy);

  /// From .transit to where it belongs. Throws DataError.
  void move(const std::filesystem::path& from, const std::filesystem::path& to) const;
  void clear_transit() const;
  /// Of the last error number. Throws DataError.
  [[noreturn]] void refuse(const std::filesystem::path& path) const;

 private:
  void make(const std::filesystem::path& folder) const;
  void remove_unfinished() const;

  std::filesystem::path folder_;
  std::map<std::string, StagedCopy> notes_;
  std::mutex noting_;
  Descriptor lock_;
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
  /// `number`: of the file, which no other thread of this process writes. Throws DataError.
  CopyWriter(const StageFolder& folder, std::int64_t number);
  ~CopyWriter();
  CopyWriter(const CopyWriter&) = delete;
  CopyWriter& operator=(const CopyWriter&) = delete;

  void write(std::span<const char> bytes);  ///< throws DataError: full disk
  const std::filesystem::path& path() const { return path_; }
  std::int64_t bytes() const { return bytes_; }
  std::string checksum() const { return checksum_.digits(); }
  /// Now it appears, whole.
  void publish(const std::filesystem::path& path);

 private:
  const StageFolder& folder_;
  std::filesystem::path path_;
  Descriptor file_;
  Checksum checksum_;
  std::int64_t bytes_ = 0;
};

}  // namespace stormsweep
