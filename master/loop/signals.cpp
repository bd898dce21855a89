#include "master/loop/signals.hpp"

#include <csignal>

namespace stormsweep::signals {

namespace {

std::atomic<bool> drain{false}, stop{false};
std::atomic<int> interrupted{0}, last{0}, passed_on{0};
std::atomic<pid_t> child{0}, checking{0};

void pass_on(int signal) {
  if (const pid_t pid = child) kill(pid, passed_on ? passed_on.load() : signal);
  if (const pid_t pid = checking) kill(pid, SIGTERM);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void translate() {
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) {
    handle(signal, [](int number) {
      drain = true;
      last = number;
      interrupted += number == SIGINT;
      pass_on(number);
    });
  }
}

void ignore() {
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) handle(signal, SIG_IGN);
}

const std::atomic<bool>& drain_asked() {
  return drain;
}

int interrupts() {
  return interrupted;
}

void hand_to(pid_t pid, int signal) {
  passed_on = signal;
  child = pid;
  if (drain) pass_on(last);
}

void end_by_them(pid_t pid) {
  checking = pid;
  if (drain && pid > 0) kill(pid, SIGTERM);
}

void catch_stop() {
  struct sigaction present {};
  sigaction(SIGTSTP, nullptr, &present);
  if (present.sa_handler != SIG_IGN) handle(SIGTSTP, [](int) { stop = true; });
}

bool take_stop() {
  return stop.exchange(false);
}

}  // namespace stormsweep::signals
