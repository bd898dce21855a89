#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "worker/channel/abandoned.hpp"
#include "worker/channel/mpi_channel.hpp"

namespace stormsweep {

/// How numbers travel. Sums are made in float32 either way.
enum class TransferPrecision { fp32, bf16 };

/// Sums of float32 buffers over the ranks of a gang, made beside the caller's work by a thread of its own: a ring of
/// point-to-point messages, in which each rank sums one part of the buffer, in the order of the ring, and hands it on.
/// All ranks get the same bits, run after run. Two ranks exchange halves: twice the buffer crosses the wire, the least
/// that is possible.
///
/// No communicator is made, for making one waits for ever where a member has died: a gang is told from others by the
/// number that its messages carry as their tag. Where a rank stops waiting (Abandoned), its open requests and their
/// buffers stay for good, as MPI may still write there.
class AllReduce {
 public:
  /// `members`: ranks of the channel, in the same order on all of them, the caller's among them; `gang`: a number that
  /// no earlier gang of the job had. `abandoned` is asked while waiting, from the thread.
  AllReduce(MpiChannel& channel, std::vector<int> members, std::uint64_t gang, std::function<bool()> abandoned);
  /// Waits for nothing: what is under way is abandoned.
  ~AllReduce();

  int place() const;  ///< of the caller among the members
  int size() const;

  /// Begins to sum `values` in place; `keep` holds their memory. All members start the same sizes in the same order.
  /// Returns its number, from 1.
  std::uint64_t start(std::span<float> values, std::shared_ptr<void> keep,
                      TransferPrecision precision = TransferPrecision::fp32);
  /// Until number `number`, and with it all before, is summed. Throws Abandoned, and then always.
  void wait(std::uint64_t number);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace stormsweep
