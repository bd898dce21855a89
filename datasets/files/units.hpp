#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace stormsweep {

/// From one unit to another: scale * number + offset.
struct UnitConversion {
  double scale = 1, offset = 0;
};

/// Longer texts are no units: std::regex takes some of the stack for each letter.
constexpr std::size_t longest_units = 1000;

/// By UDUNITS-2, whose spellings are understood, "hours since 2001-12-31 00:00 +01:00" too, and also capital letters
/// ("MM/H"), "mm/5min", "mm h -1", "mb" for millibars, "kts", "deg K" and signs beyond ASCII. Nothing where `from` is
/// no unit, or measures another quantity than `to`. Throws InputError where UDUNITS-2 lacks its table of units.
std::optional<UnitConversion> unit_conversion(const std::string& from, const std::string& to);

}  // namespace stormsweep
