#pragma once

#include <functional>
#include <thread>

#include "search/base/time.hpp"

namespace stormsweep {

/// Heartbeats, however busy the owner is: calls `beat` once a `period`, from a thread of its own, until it is
/// destroyed.
class Pulse {
 public:
  Pulse(Seconds period, std::function<void()> beat);

 private:
  std::jthread thread_;
};

}  // namespace stormsweep
