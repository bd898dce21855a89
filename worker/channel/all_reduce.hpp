#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "worker/channel/abandoned.hpp"
#include "worker/channel/mpi_channel.hpp"
#include "worker/channel/transfer_precision.hpp"

namespace stormsweep {

/// Sums of float32 buffers over the ranks of a gang, made beside the caller's work by a thread of its own, in point-to-
/// point messages on two levels: the members of a node add up a part of the buffer each, in their memory; owners of the
/// same part exchange it between the nodes, so that each node's numbers cross the wire once and their sums once, twice
/// (nodes - 1) / nodes of a buffer, the least that is possible; and the parts are spread within the nodes. A few
/// numbers are summed by recursive doubling. What is chosen depends on the buffer's size and the members' nodes alone:
/// all ranks get the same bits, run after run. (Kurth et al. 2018 sum within a node before they do between nodes, too.)
///
/// No communicator is made, for making one waits for ever where a member has died: a gang is told from others by the
/// number that its messages carry as their tag. Where a rank stops waiting (Abandoned), its open requests and their
/// buffers stay for good, as MPI may still write there.
class AllReduce {
 public:
  /// `members`: ranks of the channel, in the same order on all of them, the caller's among them; `gang`: a number that
  /// no earlier gang of the job had. `abandoned` is asked while waiting, from the thread. `nodes`: a number for each
  /// member, the same where they share one; as the channel knows it, where it is empty.
  AllReduce(MpiChannel& channel, const std::vector<int>& members, std::uint64_t gang,
            const std::function<bool()>& abandoned, std::vector<int> nodes = {});
  /// Waits for nothing: what is under way is abandoned.
  ~AllReduce();

  int place() const;  ///< of the caller among the members
  int size() const;

  /// Begins to sum `values` in place; `keep` holds their memory. All members start the same sizes in the same order.
  /// Returns its number, from 1.
  std::uint64_t start(std::span<float> values, std::shared_ptr<void> keep,
                      TransferPrecision precision = TransferPrecision::fp32);
  /// Until number `number`, and with it all before, is summed. Throws Abandoned, or what else befell the thread (memory
  /// that ran out), and then always.
  void wait(std::uint64_t number);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace stormsweep
