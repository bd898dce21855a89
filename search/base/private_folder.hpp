#pragma once

#include <filesystem>

namespace stormsweep {

/// Where temporary files go: TMPDIR, else /tmp. Throws InputError where it is no folder, or relative to one, in which
/// other processes need not be.
std::filesystem::path temporary_folder();
/// What is to be done where it does not take them; ends a message.
inline constexpr const char* temporary_remedy = "set TMPDIR to a folder that can be written, and that has space";

/// A new folder among the temporary ones that no other user may look into, removed with the object.
class PrivateFolder {
 public:
  PrivateFolder();  ///< throws InputError
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace stormsweep
