#pragma once

#include <optional>
#include <string>
#include <vector>

#include "search/base/time.hpp"

namespace stormsweep {

/// How far something long is, on standard error: a bar that is drawn over again and again on a terminal, and wiped in
/// the end; elsewhere a line now and then, first after ten seconds, ever more seldom.
class ProgressLine {
 public:
  /// `columns` of the terminal; 0: standard error, as somebody sees it, is none.
  ProgressLine(int columns, Seconds now);
  ~ProgressLine() { wipe(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Whether it is time to show it, which the caller then does. Not before a second is over.
  bool due(Seconds now);
  /// The first of `versions`, from the longest to the shortest, that has room; behind a bar where the `share` that is
  /// done is known and there is room for that too. Where none has, the beginning of the last; where standard error is
  /// no terminal, the first.
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
