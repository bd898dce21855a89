#pragma once

#include <string>

namespace stormsweep {

/// A line on standard error that is written over again and again, on a terminal only, and wiped in the end.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { wipe(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void show(const std::string& words) const;
  void percent(double share) const;
  void wipe() const;

 private:
  bool terminal_;
};

}  // namespace stormsweep
