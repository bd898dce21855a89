#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace stormsweep {

/// The value, or null where there is none.
template <class T>
nlohmann::ordered_json json_or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

/// Infinity and NaN, which JSON lacks, become null.
inline nlohmann::ordered_json json_or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace stormsweep
