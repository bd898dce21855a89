#include "tests/places.hpp"

#include <cstdlib>
#include <iostream>

namespace stormsweep {

std::filesystem::path source_folder() {
  return STORMSWEEP_SOURCE_DIR;
}

std::filesystem::path program_folder() {
  return STORMSWEEP_BIN_DIR;
}

std::optional<std::filesystem::path> real_data(const std::string& name) {
  const char* const given = std::getenv("STORMSWEEP_DATA");
  const auto path = (given ? std::filesystem::path(given) : source_folder() / "../shared/data") / name;
  if (std::filesystem::exists(path)) return path;
  std::cout << "no real data\n";
  return std::nullopt;
}

}  // namespace stormsweep
