#pragma once

#include <string>
#include <string_view>

namespace stormsweep {

/// `name` as an SQL identifier: "name", quotes doubled.
std::string sql_name(std::string_view name);

/// `text` as an SQL literal: 'text', quotes doubled.
std::string sql_literal(std::string_view text);

}  // namespace stormsweep
