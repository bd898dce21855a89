#pragma once

#include <filesystem>

#include "search/base/file.hpp"

namespace stormsweep {

/// Where temporary files go: TMPDIR, else /tmp. Throws InputError where it is not a folder, or a relative path: other
/// processes may have another working folder.
std::filesystem::path temporary_folder();
/// The remedy, for the end of a message, where temporary files cannot be written.
inline constexpr const char* temporary_remedy = "set TMPDIR to a folder that can be written, and that has space";

/// A new folder in temporary_folder() that no other user may look into; removed with the object, or, where the process
/// is killed, by the next of this host that makes one.
class PrivateFolder {
 public:
  PrivateFolder();  ///< throws InputError
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  Descriptor lock_;  ///< of the folder, as long as the process lives
};

}  // namespace stormsweep
