#pragma once

#include <functional>
#include <thread>

#include "search/base/time.hpp"

namespace stormsweep {

/// Signs of life, whatever its owner is at: calls `beat` after each `period`, from a thread of its own, until it is
/// destroyed.
class Pulse {
 public:
  Pulse(Seconds period, std::function<void()> beat);

 private:
  std::jthread thread_;
};

}  // namespace stormsweep
