#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "search/space/space.hpp"

namespace stormsweep {

/// A search of `parameters` (JSON) on the files; `more` are further keys of the space, with a comma in front.
inline Space space_of(const std::string& experiment, const std::map<std::string, std::filesystem::path>& data,
                      const std::string& parameters = "{}", const std::string& more = "") {
  std::string files;
  for (const auto& [split, path] : data)
    files += (files.empty() ? "" : ", ") + ("\"" + split + "\": \"" + path.string() + "\"");
  return parse_space(R"({"name": "test", "experiment": ")" + experiment + R"(", "data": {)" + files +
                         R"(}, "parameters": )" + parameters + more + "}",
                     "test.json", "/");
}

}  // namespace stormsweep
