#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace stormsweep {

/// Which of a search's files are copied to the machines' own disks before training (`run --stage`). Every rank computes
/// it for itself, and all get the same.
struct StagePlan {
  struct File {
    std::filesystem::path source;  ///< on the shared file system
    std::string name;              ///< of its copy, below the folder: "train/data-2100-01-01-00-1.h5"
    std::string checksum;          ///< XXH3 (64 bits) of its bytes, 16 hexadecimal digits; empty: not known
    std::int64_t bytes = 0;        ///< 0: not known
  };
  std::vector<File> files;
  /// Numbers of the files that the rank at place `place` (from 0) wants if those of `unusable` cannot be had: a pure
  /// function, so that all ranks replace a missing or corrupt file by the same other draw. Throws InputError, on all
  /// ranks alike, where too few are left.
  std::function<std::vector<std::int64_t>(int place, const std::set<std::int64_t>& unusable)> wanted;
  /// Throws InputError where a copy, at `path`, is not what it should be. Called by one thread at a time; may be empty.
  std::function<void(const std::filesystem::path& path)> verify;
  /// Names of copies that are a whole split: "train" -> the copy's name.
  std::map<std::string, std::string> whole;
};

}  // namespace stormsweep
