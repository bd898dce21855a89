#pragma once

#include <string>
#include <string_view>

namespace stormsweep {

/// Of a row of trials, or of results: it has ended, whichever way.
inline constexpr const char* has_ended = "status NOT IN ('waiting', 'running')";

/// `name` as an SQL identifier: "name", quotes doubled.
std::string sql_name(std::string_view name);

/// `text` as an SQL literal: 'text', quotes doubled.
std::string sql_literal(std::string_view text);

/// What the member `name` of a JSON text, an SQL expression, holds.
std::string sql_member(std::string_view json, std::string_view name);

}  // namespace stormsweep
