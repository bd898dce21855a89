#pragma once

#include <filesystem>
#include <string_view>

#include "datasets/files/hdf5.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

/// An HDF5 file that appears under its name only when it is whole; until then, what was there stays. Its datasets begin
/// on pages, to be mapped. One writer of a file at a time: it writes <path>.partial, which the next one replaces if
/// this one dies. Throws InputError: unwritable folder, full disk.
class PartialFile {
 public:
  explicit PartialFile(const std::filesystem::path& path);

  const hdf5::Handle& file() const { return file_; }
  const std::filesystem::path& path() const { return atomic_.path(); }
  /// Throws InputError, with errno's reason: the disk refuses the data.
  [[noreturn]] void fail(std::string_view problem) const;

  /// Call after the last write, with its datasets closed: then all is on the disk, under a temporary name. `good`:
  /// whether the last writes succeeded.
  void seal(bool good);
  void publish() { atomic_.commit(); }

 private:
  AtomicFile atomic_;
  hdf5::Handle file_;  // last: it is closed before it is removed
};

}  // namespace stormsweep
