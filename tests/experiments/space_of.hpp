#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "search/space/space.hpp"

namespace stormsweep {

/// A space with nothing but files, for checks of data.
inline Space space_of(const std::map<std::string, std::filesystem::path>& data) {
  Space space;
  space.data = data;
  return space;
}

}  // namespace stormsweep
