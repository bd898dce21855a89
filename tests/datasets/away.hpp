#pragma once

#include <filesystem>

namespace stormsweep {

/// Moves a file into the folder "away" beside it, and leaves a link. Without that folder no file can take its place.
inline void link_away(const std::filesystem::path& file) {
  const std::filesystem::path away = file.parent_path() / "away";
  std::filesystem::create_directory(away);
  std::filesystem::rename(file, away / file.filename());
  std::filesystem::create_symlink(away / file.filename(), file);
}

}  // namespace stormsweep
