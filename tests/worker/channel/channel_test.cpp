// The channel's contract, under real ranks and in memory: every check is made on every rank, and the process fails if
// one fails anywhere.
#include "worker/channel/channel.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/worker/channel/check.hpp"
#include "worker/channel/memory_channel.hpp"
#include "worker/channel/message_length.hpp"
#include "worker/channel/mpi_channel.hpp"

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

thread_local int come = 0;  ///< ranks that have reached `meet`, as far as this rank knows

/// The next message except those of `meet`, which ranks that have finished a part may send early.
std::optional<Parcel> await(Channel& channel) {
  auto parcel = channel.wait(Seconds(20));
  for (; parcel && parcel->bytes == "here"; parcel = channel.wait(Seconds(20))) ++come;
  return parcel;
}

/// A barrier.
void meet(Channel& channel) {
  for (int to = 0; to < channel.size(); ++to) {
    if (to != channel.rank()) channel.send(to, "here");
  }
  for (; come < channel.size() - 1; ++come) {
    const auto parcel = channel.wait(Seconds(20));
    check(parcel && parcel->bytes == "here", "all ranks come, and say nothing else twice", channel);
  }
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
    const auto parcel = await(channel);
    check(parcel.has_value(), "a message that was sent arrives", channel);
    if (!parcel) return;
    const int number = next[static_cast<std::size_t>(parcel->from)]++;
    check(parcel->bytes == payload(parcel->from, channel.rank(), number, size_of(number)), "whole and in order",
          channel);
  }
}

/// Sends from a thread other than the receiving one, and to itself.
void threads(Channel& channel) {
  const std::jthread sender([&] {
    for (int n = 0; n < 100; ++n) channel.send(channel.rank(), std::to_string(n));
  });
  for (int n = 0; n < 100; ++n) {
    const auto parcel = await(channel);
    check(parcel && parcel->from == channel.rank() && parcel->bytes == std::to_string(n), "sent beside receiving",
          channel);
  }
}

/// A message longer than MPI can count is refused, not lost.
void lengths(const Channel& channel) {
  check(message_length(INT_MAX) == INT_MAX, "the longest message", channel);
  std::string told;
  try {
    message_length(std::size_t{INT_MAX} + 1);
  } catch (const std::length_error& error) {
    told = error.what();
  }
  check(told == "a message of 2147483648 bytes to another rank; MPI takes 2147483647 at most", "one longer", channel);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/// Waiting must cost next to nothing (0.4 % of a core where it was measured), because a training rank shares the core;
/// a rank that spins would take all of it.
void idle(Channel& channel) {
  const double before = cpu_seconds();
  check(!channel.wait(Seconds(3)), "nothing comes", channel);
  const double share = (cpu_seconds() - before) / 3;
  if (channel.rank() == 0) std::printf("idle: %.2f %% of a core\n", 100 * share);
  check(share < 0.1, "a waiting rank uses under 10 % of a core", channel);
}

void channel_contract(Channel& channel) {
  all_to_all(channel);
  threads(channel);
  meet(channel);
  idle(channel);
}

void in_memory(int ranks) {
  const auto channels = MemoryChannel::make(ranks);
  std::vector<std::jthread> threads;
  for (const auto& channel : channels) {
    check(channel->size() == ranks, "as many ranks as were asked for", *channel);
    threads.emplace_back([&channel] { channel_contract(*channel); });
  }
}

void under_mpi(int ranks) {
  MpiChannel channel(Seconds(60), [] { std::abort(); });
  check(channel.size() == ranks, "under as many ranks as the test asks for", channel);
  const std::vector<CoreMask> all(static_cast<std::size_t>(channel.size()), core_mask());  // by --bind-to none
  check(channel.node_cores() == all && channel.node_rank() == channel.rank(), "one node", channel);
  check(channel.node_has_master(), "rank 0 is on it", channel);
  lengths(channel);
  channel_contract(channel);
  relay_contract(channel);
  all_reduce_contract(channel);
  if (failures == 0) std::printf("rank %d of %d: all held\n", channel.rank(), channel.size());
}

/// As containers do. Only MPI may be surprised: it must be silent.
void forbid_reading_memory() {
  constexpr auto call = offsetof(seccomp_data, nr);
  std::array filter{sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, call),
                    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
                    sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                    sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{filter.size(), filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    throw std::runtime_error("the kernel takes no seccomp filter");
}

}  // namespace

/// <ranks>: under MPI; <ranks> memory: as threads; <ranks> contained: under MPI, as in a container.
int main(int count, char** words) {
  const std::string where = count > 2 ? words[2] : "";
  if (where == "contained") forbid_reading_memory();
  (where == "memory" ? in_memory : under_mpi)(std::atoi(words[1]));
  return failures == 0 ? 0 : 1;
}
