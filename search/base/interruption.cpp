#include "search/base/interruption.hpp"

#include <atomic>
#include <csignal>

namespace stormsweep {

namespace {

std::atomic<int> caught{0};

}  // namespace

void catch_interruption() {
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = [](int number) { caught = number; };
    action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);  // for reads: libraries take EINTR for a failure
    sigaction(signal, &action, nullptr);
  }
}

void stop_if_interrupted() {
  if (const int signal = caught) throw Interruption{signal};
}

}  // namespace stormsweep
