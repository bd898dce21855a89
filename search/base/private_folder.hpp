#pragma once

#include <filesystem>

namespace stormsweep {

/// A new folder among the temporary ones that no other user may look into, removed with the object.
class PrivateFolder {
 public:
  PrivateFolder();  ///< throws std::system_error
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace stormsweep
