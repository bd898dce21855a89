#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stormsweep {

/// `text`, which may come from anywhere, as a terminal and JSON can take it: a blank for every line break and other
/// control character, U+FFFD for every byte that is not UTF-8.
std::string one_line(std::string_view text);

/// With A to Z as a to z.
std::string lower(std::string_view text);

/// "a, b" as a and b: the parts between commas, without the blanks around them; none of an empty list.
std::vector<std::string> split_list(std::string_view list);

bool contains(const std::vector<std::string>& names, std::string_view name);
/// Appends those of `more` that `names` lacks.
void add_missing(std::vector<std::string>& names, const std::vector<std::string>& more);

/// A text that is a whole number in decimal digits, and nothing else; nothing otherwise, or beyond 2^64 - 1.
std::optional<std::uint64_t> whole_number(std::string_view text);

/// The value of an environment variable; empty where it is not set.
std::string_view environment(const char* name);

}  // namespace stormsweep
