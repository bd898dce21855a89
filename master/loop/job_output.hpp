#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stormsweep::launch {

/// What the ranks and mpirun write to standard error, without mpirun's note of each signal that it forwards, and
/// without the "[host:pid] PMIX ERROR: ..." that PMIx prints about each dead rank, which helps only its developers.
class JobOutput {
 public:
  /// Lines that begin with `mark`, which begins with '[', are not to be shown, but for this program.
  explicit JobOutput(std::string mark) : mark_(std::move(mark)) {}

  /// What may be shown after `more` has come. The start of a line that may have to be left out is held until its end.
  std::string add(std::string_view more);
  /// What is held, at the end.
  std::string rest();
  /// Lines with the mark that have come since the last call, without it.
  std::vector<std::string> take_marked() { return std::exchange(marked_, {}); }

 private:
  std::string mark_;
  std::vector<std::string> marked_;
  std::string held_;
  bool line_begins_ = true;
};

}  // namespace stormsweep::launch
