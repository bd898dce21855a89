#pragma once

#include <string>
#include <string_view>

namespace stormsweep {

/// Condition on a row of `trials` or `results`: the trial has ended, in whatever way.
inline constexpr const char* has_ended = "status NOT IN ('waiting', 'running')";

/// `name` as an SQL identifier: "name", quotes doubled.
std::string sql_name(std::string_view name);

/// `text` as an SQL literal: 'text', quotes doubled.
std::string sql_literal(std::string_view text);

/// SQL for the member `name` of a JSON text, which `json` is an SQL expression for.
std::string sql_member(std::string_view json, std::string_view name);

}  // namespace stormsweep
