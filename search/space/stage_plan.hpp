#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace stormsweep {

/// Which of a search's files go to the machines' own disks before training (`run --stage`). Every rank makes it by
/// itself, and all make the same.
struct StagePlan {
  struct File {
    std::filesystem::path source;  ///< on the shared file system
    std::string name;              ///< of its copy, below the folder: "train/data-2100-01-01-00-1.h5"
    std::string checksum;          ///< XXH3 (64 bits) of its bytes, 16 hexadecimal digits; empty: not known
    std::int64_t bytes = 0;        ///< 0: not known
  };
  std::vector<File> files;
  /// Numbers of the files that the rank at place `place` (from 0) wants if those of `unusable` cannot be had: a pure
  /// function, by which a file that is missing or corrupt is replaced by another draw. Throws InputError, then on all
  /// ranks, where too few are left.
  std::function<std::vector<std::int64_t>(int place, const std::set<std::int64_t>& unusable)> wanted;
  /// Throws InputError where a copy, at `path`, is not what it should be. Called by one thread at a time; may be empty.
  std::function<void(const std::filesystem::path& path)> verify;
  /// Names of copies that stand for a whole split in training: "train" -> its name.
  std::map<std::string, std::string> whole;
};

}  // namespace stormsweep
