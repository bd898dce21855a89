#pragma once

#include <fmt/format.h>

#include <string>

#include "search/space/outcome.hpp"

namespace stormsweep {

/// SQL: the reason in the column `error`, without the folder of the individual trial, so that equal reasons group.
inline std::string reason_sql() {
  return fmt::format(
      "substr(error, 1, CASE instr(error, '{0}') WHEN 0 THEN length(error) ELSE instr(error, '{0}') - 1 END)",
      see_folder);
}

}  // namespace stormsweep
