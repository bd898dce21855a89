#pragma once

#include <doctest/doctest.h>

#include <string>

#include "search/space/outcome.hpp"

namespace stormsweep {

inline double metric(const Metrics& metrics, const std::string& name) {
  for (const auto& [found, value] : metrics)
    if (found == name) return value;
  FAIL(name << " is not reported");
  return 0;
}

}  // namespace stormsweep
