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

/// What helps against `error`, of errno: against too many open files, or a disk that does not answer, the same for
/// every file; against others `usual`.
std::string_view remedy_against(int error, std::string_view usual);

/// Throws InputError "<path>: <problem> (<the words of errno>); <remedy_against(errno, remedy)>", without these words
/// where errno is 0.
[[noreturn]] void refuse_file(const std::filesystem::path& path, std::string_view problem, std::string_view remedy);

/// All of a file or pipe. Throws InputError, which ends in `remedy`, where it cannot be read (it is a folder, say).
std::string read_file(const std::filesystem::path& path, std::string_view remedy);

/// What a link leads to, and a link there, be there a file already or not; `path` itself where it is no link, or
/// another user's, who may have put it into /tmp to have us write over a file of our own.
std::filesystem::path behind_links(std::filesystem::path path);

/// A file that appears under its name whole or not at all: it is written beside it, brought to the disk, and renamed.
/// Until the renaming an earlier file of that name stays, even if this process or its machine dies. The new file takes
/// the permissions of one that it replaces, and its group where we are in it; a link of ours (behind_links) is
/// followed. All functions throw InputError with the path, the reason, and `remedy`.
class AtomicFile {
 public:
  static constexpr const char* usual_remedy = "choose a folder that exists, that you may write to, and that has space";

  /// In a folder that exists, under a temporary name that no other writer has. target_of recognises what a killed
  /// process leaves behind.
  explicit AtomicFile(const std::filesystem::path& path, std::string remedy = usual_remedy);
  /// `temporary`: on the same file system as behind_links(path), and no other writer's; replaced where it exists.
  AtomicFile(const std::filesystem::path& path, std::filesystem::path temporary, std::string remedy);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();  ///< without commit: removes the temporary file

  void write(std::span<const char> bytes);
  const std::filesystem::path& path() const { return path_; }
  /// For libraries that write a file themselves: they may truncate it and write into it, but not replace it by another.
  const std::filesystem::path& temporary() const { return temporary_; }
  /// Brings all that is written to the disk, under the temporary name.
  void sync();
  /// Syncs, then renames: from here on the file has its name, even after a power loss.
  void commit();
  /// Throws InputError for what the disk or a library did not take, with errno's reason.
  [[noreturn]] void refuse(std::string_view problem) const { refuse_file(path_, problem, remedy_); }

  /// The file that `file` would have become, if it is the temporary file of a killed process; otherwise `file`.
  static std::filesystem::path target_of(const std::filesystem::path& file);

 private:
  std::filesystem::path path_, temporary_;  // temporary_ is empty once there is nothing to remove
  std::string remedy_;
  Descriptor file_;
};

/// Whether another program has locked a file (flock) for itself, as HDF5 does while it writes. False where that cannot
/// be found out: some file systems have no locks.
bool locked_by_another(const std::filesystem::path& path);

/// A lock on a file that one process at a time holds, among all hosts that see the file (flock). The lock ends with the
/// object or the process; the file stays.
class FileLock {
 public:
  /// Waits for it. The file is made if need be. Throws InputError, which ends in `remedy`: the file cannot be opened,
  /// or its file system knows no locks.
  FileLock(const std::filesystem::path& path, const std::string& remedy);
  /// Nothing where another process holds the lock.
  static std::optional<FileLock> attempt(const std::filesystem::path& path, const std::string& remedy);

  /// Makes `holder`, who holds the lock, the text of the file. Throws InputError.
  void sign(std::string_view holder);

 private:
  FileLock(std::filesystem::path path, std::string remedy, Descriptor file)
      : path_(std::move(path)), remedy_(std::move(remedy)), file_(std::move(file)) {}

  std::filesystem::path path_;
  std::string remedy_;
  Descriptor file_;
};

}  // namespace stormsweep
