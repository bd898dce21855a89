// The channel's contract, under real ranks: every check is made on every rank, and the process fails if one fails
// anywhere.
#include "worker/channel/channel.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "tests/worker/channel/check.hpp"

using namespace stormsweep;
using Seconds = std::chrono::duration<double>;

namespace {

std::string payload(int from, int to, int number, std::size_t size) {
  std::string bytes(size, static_cast<char>('a' + (from + 3 * to + number) % 26));
  const std::string head = std::to_string(from) + '>' + std::to_string(to) + '#' + std::to_string(number);
  bytes.replace(0, std::min(head.size(), size), head);
  return bytes;
}

/// Small and large (rendezvous) messages in turn.
std::size_t size_of(int number) {
  return number % 3 == 0 ? 3'000'000 : 64;
}

/// All to all, many at once: each arrives once, whole, in the order of its sender.
void all_to_all(Channel& channel) {
  constexpr int count = 12;
  for (int n = 0; n < count; ++n) {
    for (int to = 0; to < channel.size(); ++to) {
      if (to != channel.rank()) channel.send(to, payload(channel.rank(), to, n, size_of(n)));
    }
  }
  std::vector<int> next(static_cast<std::size_t>(channel.size()), 0);
  for (int left = count * (channel.size() - 1); left > 0; --left) {
    const auto parcel = channel.wait(Seconds(20));
    check(parcel.has_value(), "a message that was sent arrives", channel);
    if (!parcel) return;
    const int number = next[static_cast<std::size_t>(parcel->from)]++;
    check(parcel->bytes == payload(parcel->from, channel.rank(), number, size_of(number)), "whole and in order",
          channel);
  }
  check(!channel.receive(), "nothing arrives twice", channel);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/// Waiting must cost less than 2 % of a core: it is shared with a training rank.
void idle(Channel& channel) {
  const double before = cpu_seconds();
  check(!channel.wait(Seconds(3)), "nothing comes", channel);
  const double share = (cpu_seconds() - before) / 3;
  if (channel.rank() == 0) std::printf("idle: %.2f %% of a core\n", 100 * share);
  check(share < 0.02, "a waiting rank uses under 2 % of a core", channel);
}

}  // namespace

int main(int, char** words) {
  Channel channel(Seconds(60), [] { std::abort(); });
  check(channel.size() == std::atoi(words[1]), "under as many ranks as the test asks for", channel);
  check(channel.node_size() == channel.size() && channel.node_rank() == channel.rank(), "one node", channel);
  check(channel.node_has_master(), "rank 0 is on it", channel);
  all_to_all(channel);
  idle(channel);
  relay_contract(channel);
  all_reduce_contract(channel);
  if (failures == 0) std::printf("rank %d of %d: all held\n", channel.rank(), channel.size());
  return failures == 0 ? 0 : 1;
}
