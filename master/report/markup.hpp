#pragma once

#include <string>

#include "search/base/table.hpp"

namespace stormsweep {

std::string to_markdown(const Table& table);
/// A `table` environment that needs no package; title and footnotes form the caption.
std::string to_latex(const Table& table);

}  // namespace stormsweep
