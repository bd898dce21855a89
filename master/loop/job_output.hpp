#pragma once

#include <string>
#include <string_view>

namespace stormsweep::launch {

/// What the ranks and mpirun write to standard error, without mpirun's note of each signal that it forwards, and
/// without the "[host:pid] PMIX ERROR: ..." that PMIx prints about each dead rank, which helps only its developers.
class JobOutput {
 public:
  /// What may be shown after `more` has come. The start of a line that may have to be left out is held until its end.
  std::string add(std::string_view more);
  /// What is held, at the end.
  std::string rest();

 private:
  std::string held_;
  bool line_begins_ = true;
};

}  // namespace stormsweep::launch
