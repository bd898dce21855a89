#pragma once

#include <string>

namespace stormsweep {

/// A line on standard error that is written over again and again, on a terminal only, and wiped in the end.
class ProgressLine {
 public:
  /// `columns` of the terminal; 0: standard error, as somebody sees it, is none.
  explicit ProgressLine(int columns);
  ProgressLine();  ///< of this process's own standard error
  ~ProgressLine() { wipe(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  bool seen() const { return columns_ > 0; }
  void show(const std::string& words) const;  ///< as much of it as has room
  void percent(double share) const;
  void wipe() const;

 private:
  int columns_;
};

}  // namespace stormsweep
