#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "search/base/error.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

// Files that change while a search trains by them: later rows would tell of other files than the search names.

/// What tells a file from another of the same name, alike on all hosts. A folder, and what is not there, has the
/// default.
struct FileStamp {
  std::int64_t bytes = -1;   ///< its size
  std::int64_t written = 0;  ///< seconds since 1970, whole ones: file systems differ in the rest
  std::string checksum;      ///< of its bytes; empty for data, which it would take long to read
  bool operator==(const FileStamp&) const = default;
};

/// A file that a search is trained by is no longer what it was. The message names it.
class FileChanged : public InputError {
  using InputError::InputError;
};

/// Of the search's data, one each, then of the files that an experiment of the user's own names: in the same order
/// wherever the space is read.
std::vector<FileStamp> stamp_files(const Space& space);

/// Throws FileChanged for the first file that has another stamp than in `before`, made by stamp_files; one that was
/// written anew with the same bytes only where there is no checksum. Where the stamp is the default, the file may be
/// anything.
void check_files(const Space& space, std::span<const FileStamp> before);

}  // namespace stormsweep
