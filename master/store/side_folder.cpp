#include "master/store/side_folder.hpp"

namespace stormsweep {

std::filesystem::path side_folder(const std::filesystem::path& database, const std::string& kind) {
  std::filesystem::path folder = database;
  return database.extension() == ".db" ? folder.replace_extension(kind) : folder += '-' + kind;
}

}  // namespace stormsweep
