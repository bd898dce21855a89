#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "search/base/machine.hpp"
#include "search/base/time.hpp"
#include "worker/channel/channel.hpp"

namespace stormsweep {

struct Communicator;

/// A channel over MPI (MPI_THREAD_MULTIPLE). One per process, because it initializes and finalizes MPI.
class MpiChannel : public Channel {
 public:
  /// Starts MPI. Throws std::runtime_error where the library lacks thread support. MPI waits for ever for a rank that
  /// died before initializing it: after `patience`, `give_up` is called from a thread, and should end the process.
  MpiChannel(Seconds patience, const std::function<void()>& give_up);
  /// Finalizes MPI, which waits for the other ranks. A process that has seen a rank die must end by std::_Exit instead.
  ~MpiChannel() override;

  /// If MPI is not finalized within `patience`, `give_up` is called as above: finalizing may wait for a rank that has
  /// died.
  void leave_within(Seconds patience, const std::function<void()>& give_up);

  int rank() const override;
  int size() const override;
  void refuse_alone() const;  ///< throws InputError where there is no other rank
  /// Ranks on this node: the cores that each may run on, this one's place among them, and whether rank 0 is one of
  /// them.
  const std::vector<CoreMask>& node_cores() const;
  int node_rank() const;
  bool node_has_master() const;
  int node_of(int rank) const;  ///< the lowest rank on its node

  void send(int to, std::string bytes) override;
  std::optional<Parcel> receive() override;
  /// Polls, with ever longer sleeps of up to 10 ms.
  std::optional<Parcel> wait(Seconds timeout) override;
  void flush(Seconds timeout) override;

  const Communicator& gangs() const;  ///< for AllReduce and Relay

  /// The library that this process is linked with, "Open MPI v4.1.4, package: ...". MPI need not be initialized.
  static std::string library();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace stormsweep
