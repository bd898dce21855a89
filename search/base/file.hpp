#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

/// All of `bytes`, or false, with the reason in errno.
bool write_all(const Descriptor& file, std::span<const char> bytes);

/// Throws InputError "<path>: <problem> (<the words of errno>); <remedy>".
[[noreturn]] void refuse_file(const std::filesystem::path& path, std::string_view problem, std::string_view remedy);

/// All of a file or pipe. Throws InputError, which ends in `remedy`, where it cannot be read, a folder say.
std::string read_file(const std::filesystem::path& path, std::string_view remedy);

/// What a link leads to, and a link there, be there a file already or not; `path` itself where it is no link, or
/// another user's, who may have put it into /tmp to have us write over a file of our own.
std::filesystem::path behind_links(std::filesystem::path path);

/// A file that appears under its name whole or not at all: it is written beside it, brought to the disk, and renamed.
/// Until then what stood there before stays, whatever ends this process or its machine. What takes the place of a file
/// has its rights, and its group where we are in it; where a link of ours is (behind_links), what it leads to is
/// written. All functions throw InputError with the path, the reason, and `remedy`.
class AtomicFile {
 public:
  static constexpr const char* usual_remedy = "choose a folder that exists, that you may write to, and that has space";

  /// In a folder that exists; under a temporary name that no other writer has. What a killed process leaves is known
  /// by target_of.
  explicit AtomicFile(const std::filesystem::path& path, std::string remedy = usual_remedy);
  /// `temporary`: on the same file system as behind_links(path), and no other writer's; replaced where it exists.
  AtomicFile(const std::filesystem::path& path, std::filesystem::path temporary, std::string remedy);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();  ///< without commit: removes the temporary file

  void write(std::span<const char> bytes);
  const std::filesystem::path& path() const { return path_; }
  /// For libraries that write a file themselves: they may empty it and write into it, not put another in its place.
  const std::filesystem::path& temporary() const { return temporary_; }
  /// Brings all that is written to the disk, under the temporary name.
  void sync();
  /// Syncs; then it stands under its name, and so it does after a loss of power.
  void commit();
  /// Throws InputError: what the disk, or a library, did not take. The reason is errno's.
  [[noreturn]] void refuse(std::string_view problem) const { refuse_file(path_, problem, remedy_); }

  /// The file that `file` would have become, if it is one that a death left; otherwise `file`.
  static std::filesystem::path target_of(const std::filesystem::path& file);

 private:
  std::filesystem::path path_, temporary_;  // temporary_ is empty once there is nothing to remove
  std::string remedy_;
  Descriptor file_;
};

/// A file that one process at a time has locked, on all hosts that see it (flock). It ends with the object, and with
/// the process; the file stays.
class FileLock {
 public:
  /// Waits for it. The file is made if need be. Throws InputError, which ends in `remedy`: the file cannot be opened,
  /// or its file system knows no locks.
  FileLock(const std::filesystem::path& path, const std::string& remedy);
  /// Nothing where another has it.
  static std::optional<FileLock> attempt(const std::filesystem::path& path, const std::string& remedy);

  /// The file's text from now on: who has it. Throws InputError.
  void sign(std::string_view holder);

 private:
  FileLock(std::filesystem::path path, std::string remedy, Descriptor file)
      : path_(std::move(path)), remedy_(std::move(remedy)), file_(std::move(file)) {}

  std::filesystem::path path_;
  std::string remedy_;
  Descriptor file_;
};

}  // namespace stormsweep
