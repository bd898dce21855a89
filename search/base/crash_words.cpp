#include "search/base/crash_words.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <utility>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

struct Crash {
  int signal;
  struct sigaction before = {};  ///< what it did
};
std::array<Crash, 4> crashes{{{SIGSEGV}, {SIGBUS}, {SIGFPE}, {SIGABRT}}};

thread_local const std::string* of_thread = nullptr;

// Does only what a signal's handler may do.
void end(int signal) {
  if (of_thread) {
    [[maybe_unused]] const auto written = write(STDERR_FILENO, of_thread->data(), of_thread->size());
    _exit(exit_bad_input);
  }
  // What crashed is done again on return, and abort() raises its signal again.
  for (const Crash& crash : crashes)
    if (crash.signal == signal) sigaction(signal, &crash.before, nullptr);
}

void catch_crashes() {
  struct sigaction action = {};
  action.sa_handler = end;
  action.sa_flags = SA_ONSTACK;
  for (Crash& crash : crashes) sigaction(crash.signal, &action, &crash.before);
}

}  // namespace

CrashWords::CrashWords(std::string words) : words_(std::move(words)) {
  [[maybe_unused]] static const bool caught = (catch_crashes(), true);
  of_thread = &words_;
}

CrashWords::~CrashWords() {
  of_thread = nullptr;
}

}  // namespace stormsweep
