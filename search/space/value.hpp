#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>

namespace stormsweep {

/// The value of one hyperparameter.
using Value = std::variant<bool, std::int64_t, double, std::string>;

/// As people read it: `true`, `128`, `0.001` (shortest text that reads back to the same number), `live`.
std::string to_string(const Value& value);

/// The nearest real with so many significant digits. Rounding to 12 makes 0.1 * 3 and 0.3 one value of a
/// hyperparameter, whether from a list or a range.
double rounded(double value, int digits = 12);

/// An integer or a real as a real.
double as_real(const Value& number);

/// Numbers keep their kind: 1 is an integer, 1.0 a real.
nlohmann::json to_json(const Value& value);
/// The inverse, for a flag, a number or a text.
Value to_value(const nlohmann::json& json);

}  // namespace stormsweep
