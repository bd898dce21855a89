#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "search/base/time.hpp"
#include "worker/channel/abandoned.hpp"
#include "worker/channel/mpi_channel.hpp"

namespace stormsweep {

/// A mate has died, or has given up: what() names its rank and tells why, as far as that is known.
class MateLost : public std::runtime_error {
 public:
  explicit MateLost(const std::string& message) : std::runtime_error(message) {}
};

/// Bytes in bulk between some ranks of the job, which all make the same calls in the same order. Point to point and
/// never blocking, so that no death is waited for: a thread shows the mates signs of life, whatever the caller does
/// meanwhile, and a mate that shows none for `patience` is taken for dead (MateLost).
///
/// No communicator is made: relays of a job are told apart by their number. One that is left by an exception keeps its
/// open requests and their buffers for good, as MPI may still write there. Used by one thread at a time.
class Relay {
 public:
  struct Options {
    Seconds patience = std::chrono::seconds(60);  ///< the same on all ranks
    std::function<bool()> abandoned = {};         ///< asked while waiting: if so, waiting throws Abandoned
    std::uint64_t number = 0;  ///< the same on all ranks; none of the last 8 relays of the job had it
  };

  /// Bytes of a message that keep the wire busy. Measured between two processes of one machine, each way: 3.8 GB/s;
  /// with 64 KiB, 4 at once, 1.7 GB/s; with 4 MiB, which a core's cache no longer holds, 0.7 GB/s.
  static constexpr std::size_t block = std::size_t{256} << 10;
  /// Messages on their way at once, in each direction: with `block` they bound the memory. 4 are as fast as 16 on a
  /// quiet machine, and half as fast where ranks share cores.
  static constexpr std::size_t window = 16;

  /// `members`: ranks of the channel, in the same order on all of them, the caller's among them.
  Relay(MpiChannel& channel, std::vector<int> members, Options options);
  ~Relay();

  int place() const;  ///< of the caller among the members
  int size() const;

  /// What every member gives, in the order of the members. Doubles as a barrier.
  std::vector<std::string> gather(const std::string& mine);

  /// Messages to the member at place `to` and from the one at `from`, who is told to send to us, both at once. `next`
  /// fills the next one, or leaves it empty while there is none yet, or says that there is no more; `take` gets them in
  /// their order. Both are called by turns, so that `next` may hand on what `take` has got.
  void exchange(int to, const std::function<bool(std::string& message)>& next, int from,
                const std::function<void(std::string_view message)>& take);

  /// Tells all mates that this rank gives up, and why: they throw MateLost when they next wait.
  void fail(const std::string& reason);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace stormsweep
