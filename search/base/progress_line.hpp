#pragma once

#include <optional>
#include <string>
#include <vector>

#include "search/base/time.hpp"

namespace stormsweep {

/// The progress of something long, on standard error: on a terminal a bar that is redrawn in place and wiped in the
/// end; elsewhere a line now and then, the first after ten seconds, then ever more seldom.
class ProgressLine {
 public:
  /// `columns`: the width of the terminal; 0: standard error is not a terminal.
  ProgressLine(int columns, Seconds now);
  ~ProgressLine() { wipe(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Whether it is time to show it, which the caller then does; not in the first second.
  bool due(Seconds now);
  /// Prints the first of `versions`, which run from the longest to the shortest, that fits; after a bar where the
  /// `share` done is known and the bar fits too. Where none fits, the beginning of the last; where standard error is
  /// not a terminal, the first.
  void show(std::optional<double> share, const std::vector<std::string>& versions) const;
  /// A line of its own, which stays.
  void say(const std::string& line) const;
  void wipe() const;

  Seconds since(Seconds now) const { return now - started_; }

 private:
  int columns_;
  Seconds started_, next_;
};

}  // namespace stormsweep
