#pragma once

#include <string>

#include "search/space/space.hpp"

namespace stormsweep::test {

/// A search of noop by `method`, with these parameters and, after a comma, `more` keys.
inline Space noop_space(const std::string& method, const std::string& parameters, const std::string& more = "") {
  return parse_space(R"({"name": "s", "experiment": "noop", "method": )" + method + R"(, "parameters": {)" +
                         parameters + "}" + more + "}",
                     "s.json", "/");
}

}  // namespace stormsweep::test
