#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "search/base/progress_line.hpp"

namespace stormsweep {

/// How far a command is, with the time that is left, on its own standard error. From any thread. Whoever shows
/// it can be stopped: Interruption comes out (interruption.hpp).
class ProgressBar {
 public:
  /// Shown as "<command>: 12/100 <things> | 7 s left".
  ProgressBar(std::string command, std::string things = "");

  void show(std::int64_t done, std::int64_t all);
  /// Of what is no number of things: "<command>: 12 % | 7 s left".
  void show(double share);
  void wipe() const { line_.wipe(); }

 private:
  void show(double share, const std::string& done);

  std::string command_, things_;
  std::mutex mutex_;
  ProgressLine line_;
};

}  // namespace stormsweep
