#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace stormsweep {

/// A row of a results database has contents that stormsweep never writes. The text names the row, the value and the
/// remedy; `guarded` (database.hpp) turns it into an InputError about the file.
struct DamagedRow : std::runtime_error {
  using std::runtime_error::runtime_error;

  /// `problem`: "has the status 'x'".
  static DamagedRow of_trial(std::int64_t trial, std::string_view search, std::string_view problem) {
    return DamagedRow(fmt::format(
        "trial {0} of search '{1}' {2}, which stormsweep does not write; restore a copy of the file, or take the trial "
        "away (DELETE FROM trials WHERE id = {0}) and run the search again",
        trial, search, problem));
  }
  /// `problem`: "the search 's' has the goal 'x'".
  static DamagedRow of_file(std::string_view problem) {
    return DamagedRow(
        fmt::format("{}, which stormsweep does not write; restore a copy of the file, or name a new one", problem));
  }
};

}  // namespace stormsweep
