#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include "search/messages/wire.hpp"

namespace stormsweep {

/// The master's orders to stage: the service thread puts them in, the working thread carries them out, the last first.
class StageOrders {
 public:
  void put(wire::Stage order);
  void stop();
  /// The next order; waits for one; nothing once stopped.
  std::optional<wire::Stage> next();
  /// Whether the order taken last should be abandoned.
  bool superseded() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<wire::Stage> order_;
  bool stopped_ = false;
};

}  // namespace stormsweep
