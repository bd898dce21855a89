#pragma once

#include <string>

namespace stormsweep {

/// `text` as a field of CSV (RFC 4180): in quotes where it needs them.
std::string csv_field(const std::string& text);

}  // namespace stormsweep
