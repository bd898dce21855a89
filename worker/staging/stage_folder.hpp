#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "worker/staging/stage_copy.hpp"

namespace stormsweep {

/// Copies of files in a folder on a machine's own disk, and notes about them, which outlive the job:
///   <name>           copies for this machine
///   .transit/<name>  copies that only pass through it, and those in the making
///   .notes           a line a copy: checksum, bytes, time of writing, name; a later line counts
///   .lock            is locked while a job, whose name it holds, stages into the folder
/// Users share such disks and can guess paths on them. So the folder is private (mode 0700), and other users must not
/// be able to replace it: each folder above it that all users may write to must have the sticky bit, and what is
/// directly below such a folder must belong to root or this user. Other owners, and groups that may write, are trusted:
/// administrators make the folders of jobs and projects.
class StageFolder {
 public:
  /// Where this user's copies of data of that fingerprint are in `stage`, which users may share.
  static std::filesystem::path of_user(const std::filesystem::path& stage, const std::string& fingerprint);

  /// Makes it. Throws InputError if it cannot be written to, or if other users may write to it or replace it.
  explicit StageFolder(const std::filesystem::path& folder);

  /// The same for all ranks that see this folder, and for no other: the host, its boot, and the folder's place there.
  std::string identity() const;
  /// Locks the folder for the job of that name; false if another job has it. Ends with the process at the latest.
  /// Throws InputError where another machine of this job has it: then the folder is not on each machine's own disk.
  bool lock(const std::string& job);
  void unlock() { lock_.reset(); }

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  std::filesystem::path transit(const std::string& name) const { return folder_ / ".transit" / name; }
  /// Reads the notes, once any rank of the machine has locked the folder. Throws InputError.
  void open();
  std::optional<StagedCopy> noted(const std::string& name) const;
  /// Throws InputError where its file system has less than so many bytes free.
  void check_room(std::int64_t bytes) const;
  /// Several ranks and threads may note at once.
  void note(const std::string& name, const StagedCopy& copy);

  /// Where this process writes copy `number` until it is whole.
  std::filesystem::path unfinished(std::int64_t number) const;
  void clear_transit() const;

 private:
  void remove_unfinished() const;

  std::filesystem::path folder_;
  std::map<std::string, StagedCopy> notes_;
  std::mutex noting_;
  std::optional<FileLock> lock_;
};

}  // namespace stormsweep
