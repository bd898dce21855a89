#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stormsweep {

/// `text` with a blank for every line break.
std::string one_line(std::string text);

/// A text that is a whole number in decimal digits, and nothing else; nothing otherwise, or beyond 2^64 - 1.
std::optional<std::uint64_t> whole_number(std::string_view text);

/// The value of an environment variable; empty where it is not set.
std::string_view environment(const char* name);

}  // namespace stormsweep
