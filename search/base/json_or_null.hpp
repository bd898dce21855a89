#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace stormsweep {

/// What is not there is null.
template <class T>
nlohmann::ordered_json json_or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

/// JSON has neither infinity nor NaN.
inline nlohmann::ordered_json json_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace stormsweep
