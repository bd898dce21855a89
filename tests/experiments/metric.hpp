#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>

#include "search/space/outcome.hpp"

namespace stormsweep {

inline double metric(const Metrics& metrics, const std::string& name) {
  for (const auto& [found, value] : metrics)
    if (found == name) return value;
  FAIL(name << " is not reported");
  return 0;
}

inline double metric(const Outcome& outcome, const std::string& name) {
  INFO(outcome.error);
  return metric(outcome.metrics, name);
}

/// To the last bit; NaN (undefined metrics) equals itself.
inline bool same(const Metrics& a, const Metrics& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.first == y.first && std::bit_cast<std::uint64_t>(x.second) == std::bit_cast<std::uint64_t>(y.second);
  });
}

}  // namespace stormsweep
