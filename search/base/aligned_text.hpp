#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stormsweep {

/// Rows of cells as lines of text whose columns stand under each other, two spaces apart and indented by `indent`. The
/// first row is the heading.
std::string aligned_text(const std::vector<std::vector<std::string>>& rows, std::size_t indent = 0);

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

}  // namespace stormsweep
