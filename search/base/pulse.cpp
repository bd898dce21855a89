#include "search/base/pulse.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace stormsweep {

Pulse::Pulse(Seconds period, std::function<void()> beat)
    : thread_([period, beat = std::move(beat)](const std::stop_token& stop) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any never;
        while (!never.wait_for(lock, stop, period, [&] { return stop.stop_requested(); })) beat();
      }) {}

}  // namespace stormsweep
