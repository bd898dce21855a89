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

/// Axes of 3000 values each.
inline const std::string nine_million =
    R"("index": {"min": 1, "max": 3000, "step": 1}, "replicate": {"min": 1, "max": 3000, "step": 1})";

/// Excludes all points but those at which both values are at most `most`.
inline std::string few_left(int most) {
  std::string values;
  for (int value = most + 1; value <= 3000; ++value) values += (values.empty() ? "" : ",") + std::to_string(value);
  return R"(, "exclude": [{"index": [)" + values + R"(]}, {"replicate": [)" + values + "]}]";
}

}  // namespace stormsweep::test
