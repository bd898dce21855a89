#pragma once

#include <string>
#include <string_view>

namespace stormsweep::launch {

/// What the ranks and mpirun say on standard error, without mpirun's word of each signal that it passes on, and what
/// PMIx, inside it, says of each dead rank to its developers: "[host:pid] PMIX ERROR: ..." with a line of its source.
class JobOutput {
 public:
  /// What of the text so far may be shown after `more`. A line that may become such a one is held until it ends.
  std::string add(std::string_view more);
  /// What is held, at the end.
  std::string rest();

 private:
  std::string held_;
  bool line_begins_ = true;
};

}  // namespace stormsweep::launch
