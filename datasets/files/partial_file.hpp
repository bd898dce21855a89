#pragma once

#include <filesystem>
#include <string>

#include "datasets/files/hdf5.hpp"

namespace stormsweep {

/// An HDF5 file that appears under its name only when it is whole; until then, what was there stays. Its datasets begin
/// on pages, to be mapped. Throws InputError: unwritable folder, full disk.
class PartialFile {
 public:
  explicit PartialFile(const std::filesystem::path& path);
  PartialFile(PartialFile&& other) noexcept;
  PartialFile& operator=(PartialFile&&) = delete;
  ~PartialFile();  ///< without publish: removes what was written

  const hdf5::Handle& file() const { return file_; }
  const std::filesystem::path& path() const { return path_; }
  /// The disk does not take it.
  [[noreturn]] void fail(const std::string& problem) const;

  /// After the last write, its datasets closed: all is on the disk, under a temporary name. `good`: whether the last
  /// writes went well.
  void seal(bool good);
  void publish();

 private:
  std::filesystem::path path_, temporary_;  // temporary_ is empty once there is nothing to remove
  hdf5::Handle file_;
};

}  // namespace stormsweep
