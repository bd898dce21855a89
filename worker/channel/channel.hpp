#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace stormsweep {

/// A message as it came: `bytes` is what the sender gave to `send`.
struct Parcel {
  int from = 0;
  std::string bytes;
};

/// Bytes between the ranks of the job, by MPI. Knows nothing of trials. Messages of one sender arrive in order, each
/// once; a dead rank is not an error here: what is sent to it is lost, and from it comes nothing more.
///
/// All functions may be called from several threads (MPI_THREAD_MULTIPLE); `receive` and `wait` from one thread at a
/// time.
class Channel {
 public:
  /// Starts MPI. Throws std::runtime_error where the library lacks thread support. MPI waits for ever for a rank that
  /// died before it had started: after `patience`, `give_up` is called, from a thread, and should end the process.
  explicit Channel(std::chrono::duration<double> patience, const std::function<void()>& give_up);
  /// Leaves MPI, which waits for the other ranks. A process that has seen a death must end by std::_Exit instead.
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  int rank() const;
  int size() const;
  /// Ranks on this node: their number, this one's place among them, and whether rank 0 is one of them.
  int node_size() const;
  int node_rank() const;
  bool node_has_master() const;

  /// Never blocks: the bytes are the channel's until MPI has taken them.
  void send(int to, std::string bytes);
  /// The next message, if one is there.
  std::optional<Parcel> receive();
  /// The next message, or nothing after `timeout`. Sleeps between looks, ever longer up to 5 ms: a waiting rank uses
  /// less than 2 % of a core, which it shares with a training one.
  std::optional<Parcel> wait(std::chrono::duration<double> timeout);
  /// Returns once MPI has taken everything sent, or after `timeout`.
  void flush(std::chrono::duration<double> timeout);

  struct Communicator;
  const Communicator& gangs() const;  ///< for AllReduce

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace stormsweep
